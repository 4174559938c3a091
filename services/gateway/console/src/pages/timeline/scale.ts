const HOUR_MS = 3_600_000;
/** What is shown of days on which nobody drives. */
const EMPTY_HOURS = 16;
const LEAST_TICK_PX = 64;
const TICK_HOURS = [0.25, 0.5, 1, 2, 3, 6];

export const LEAST_HOUR_PX = 24;
export const MOST_HOUR_PX = 720;

/** The part of a day that is shown, in full hours. */
export interface Scale {
  /** Milliseconds since 1970 at its left edge. */
  startMs: number;
  hours: number;
}

/** From half an hour before the first of the instants to half an hour after the last. */
export function scaleOf(instants: readonly number[], whenEmptyMs: number): Scale {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const instant of instants) {
    first = Math.min(first, instant);
    last = Math.max(last, instant);
  }
  if (first > last) return { startMs: Math.floor(whenEmptyMs / HOUR_MS) * HOUR_MS, hours: EMPTY_HOURS };
  const startMs = Math.floor((first - HOUR_MS / 2) / HOUR_MS) * HOUR_MS;
  return { startMs, hours: Math.max(1, Math.ceil((last + HOUR_MS / 2 - startMs) / HOUR_MS)) };
}

/** Hours from the left edge. */
export function hoursAt(scale: Scale, instantMs: number): number {
  return (instantMs - scale.startMs) / HOUR_MS;
}

/** Instants to write above, as many as there is room for. */
export function ticksOf(scale: Scale, hourPx: number): number[] {
  const step = TICK_HOURS.find((hours) => hours * hourPx >= LEAST_TICK_PX) ?? 6;
  const ticks: number[] = [];
  for (let hour = 0; hour < scale.hours; hour += step) ticks.push(scale.startMs + hour * HOUR_MS);
  return ticks;
}

export function withinZoom(hourPx: number): number {
  return Math.min(MOST_HOUR_PX, Math.max(LEAST_HOUR_PX, hourPx));
}

/** Where to scroll so that what is at `anchorPx` of the view stays there when an hour becomes wider. */
export function scrollAfterZoom(
  scrollPx: number,
  anchorPx: number,
  beforePx: number,
  afterPx: number,
): number {
  return Math.max(0, ((scrollPx + anchorPx) / beforePx) * afterPx - anchorPx);
}
