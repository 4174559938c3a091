import type { WasteForecastHour, WasteLevel } from '@/api/schema';

interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Tick {
  at: number;
  /** A share, or an instant in milliseconds. */
  value: number;
}

export interface Plot {
  /** What was measured, as an SVG path. */
  measured: string;
  /** The even odds of what is to come. */
  median: string;
  /** Between the bounds within which it comes to be in four of five cases. */
  band: string;
  shares: readonly Tick[];
  days: readonly Tick[];
  /** Where the present is, from the left. */
  now: number;
  y: (share: number) => number;
  x: (instantMs: number) => number;
}

const FULL = 1;
const MOST_SHARE = 1.5;
const SHARE_STEP = 0.25;
const HOUR_MS = 3_600_000;
/** Lines between measurements further apart would say what nobody knows. */
const LONGEST_GAP_MS = 12 * HOUR_MS;
/** Nearer to each other than this, days cannot be read. */
const DAY_PX = 60;

/**
 * Places levels and forecast in a frame.
 *
 * @param levels oldest first
 * @param hours the forecast, next hour first
 * @param nowMs the present
 * @param dayStarts midnights of the district's clock, in milliseconds
 */
export function plotOf(
  levels: readonly WasteLevel[],
  hours: readonly WasteForecastHour[],
  nowMs: number,
  dayStarts: readonly number[],
  frame: Frame,
): Plot {
  const measured = levels.map((level) => ({
    ms: Date.parse(level.measure_time ?? ''),
    share: level.level_share,
  }));
  const coming = hours.map((hour) => ({ ms: Date.parse(hour.time ?? ''), ...hour }));
  const first = measured[0]?.ms ?? nowMs;
  const last = Math.max(coming.at(-1)?.ms ?? nowMs, first + HOUR_MS);
  const highest = Math.max(
    FULL,
    ...measured.map((level) => level.share),
    ...coming.map((hour) => hour.upper_80_share),
  );
  const top = Math.min(MOST_SHARE, Math.ceil(highest / SHARE_STEP) * SHARE_STEP);
  const x = (ms: number) =>
    frame.left + ((ms - first) / (last - first)) * (frame.width - frame.left - frame.right);
  const y = (share: number) =>
    frame.height -
    frame.bottom -
    (Math.min(Math.max(share, 0), top) / top) * (frame.height - frame.top - frame.bottom);
  const point = (ms: number, share: number) => `${x(ms).toFixed(1)},${y(share).toFixed(1)}`;

  const shares: Tick[] = [];
  for (let share = 0; share <= top + SHARE_STEP / 2; share += SHARE_STEP)
    shares.push({ at: y(share), value: share });
  const days: Tick[] = [];
  for (const value of dayStarts) {
    const at = x(value);
    if (at < frame.left || at > frame.width - frame.right) continue;
    if (at - (days.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= DAY_PX) days.push({ at, value });
  }
  return {
    measured: measured
      .map(({ ms, share }, index) => {
        const before = measured[index - 1];
        const goesOn = before !== undefined && ms - before.ms <= LONGEST_GAP_MS;
        return `${goesOn ? 'L' : 'M'}${point(ms, share)}`;
      })
      .join(''),
    median: line(coming.map((hour) => point(hour.ms, hour.median_share))),
    band: closed([
      ...coming.map((hour) => point(hour.ms, hour.upper_80_share)),
      ...coming.map((hour) => point(hour.ms, hour.lower_80_share)).reverse(),
    ]),
    shares,
    days,
    now: x(nowMs),
    x,
    y,
  };
}

function line(points: readonly string[]): string {
  return points.length > 0 ? `M${points.join('L')}` : '';
}

function closed(points: readonly string[]): string {
  return points.length > 0 ? `${line(points)}Z` : '';
}
