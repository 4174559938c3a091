import type { PoolingBreak, PoolingBreakInput, PoolingShift, PoolingShiftInput } from '@/api/schema';
import { secondsOf } from '@/i18n/duration';
import { addDays, instantOf, localTime } from '@/i18n/local_time';
import type { Spot } from '@/places/spot';

/** A break as it is typed. */
export interface BreakDraft {
  key: number;
  from: string;
  until: string;
  minutes: number;
}

/** A shift as it is typed; times are clock times. */
export interface ShiftDraft {
  vehicleId: string;
  from: string;
  until: string;
  start: Spot | null;
  /** None is where it starts. */
  end: Spot | null;
  breaks: readonly BreakDraft[];
}

/** What cannot be sent yet, by what it stands beside. */
export interface Faults {
  from?: 'badTime';
  until?: 'badTime' | 'endBeforeStart';
  breaks: ReadonlyMap<number, { from?: BreakFault; until?: BreakFault }>;
}
export type BreakFault = 'badTime' | 'breakReversed' | 'breakOutside' | 'breakTooSoon';

const FIRST_HOURS = { from: '7:00', until: '13:00' };
const FIRST_BREAK_MINUTES = 30;

export const NEW_SHIFT: ShiftDraft = { vehicleId: '', ...FIRST_HOURS, start: null, end: null, breaks: [] };

/** The shift as it is, to be changed. Its places have no names. */
export function draftOf(shift: PoolingShift, timeZone: string): ShiftDraft {
  const spot = (key: string, position: PoolingShift['start']): Spot | null =>
    position ? { key, label: '', kind: '', position } : null;
  return {
    vehicleId: shift.vehicle_id,
    from: clock(shift.start_time, timeZone),
    until: clock(shift.end_time, timeZone),
    start: spot('start', shift.start),
    end: spot('end', shift.end),
    breaks: shift.breaks.map((rest, key) => breakOf(rest, key, timeZone)),
  };
}

/** What was typed over a shift, typed over the one it has become: whatever was not touched is as it is there. */
export function rebased(draft: ShiftDraft, before: ShiftDraft, after: ShiftDraft): ShiftDraft {
  const kept = <Field extends keyof ShiftDraft>(field: Field): ShiftDraft[Field] =>
    JSON.stringify(draft[field]) === JSON.stringify(before[field]) ? after[field] : draft[field];
  return {
    vehicleId: kept('vehicleId'),
    from: kept('from'),
    until: kept('until'),
    start: kept('start'),
    end: kept('end'),
    breaks: kept('breaks'),
  };
}

/** One more break, in the middle of the shift. */
export function withBreak(draft: ShiftDraft, date: string, timeZone: string): ShiftDraft {
  const [start, end] = [instantAt(date, draft.from, timeZone), endOf(date, draft, timeZone)];
  const middle = start && end && start < end ? new Date((start.getTime() + end.getTime()) / 2) : start;
  const from = middle ? clock(middle.toISOString(), timeZone) : '';
  const key = Math.max(-1, ...draft.breaks.map((rest) => rest.key)) + 1;
  return { ...draft, breaks: [...draft.breaks, { key, from, until: from, minutes: FIRST_BREAK_MINUTES }] };
}

export function faultsOf(draft: ShiftDraft, date: string, timeZone: string): Faults {
  const [start, end] = [instantAt(date, draft.from, timeZone), endOf(date, draft, timeZone)];
  const breaks = new Map<number, { from?: BreakFault; until?: BreakFault }>();
  for (const rest of draft.breaks) {
    const earliest = instantAt(date, rest.from, timeZone);
    const latest = instantAt(date, rest.until, timeZone);
    const over = latest && latest.getTime() + rest.minutes * 60_000;
    if (!earliest) breaks.set(rest.key, { from: 'badTime' });
    else if (!latest) breaks.set(rest.key, { until: 'badTime' });
    else if (latest < earliest) breaks.set(rest.key, { until: 'breakReversed' });
    else if (start && earliest < start) breaks.set(rest.key, { from: 'breakTooSoon' });
    else if (end && over && over > end.getTime()) breaks.set(rest.key, { until: 'breakOutside' });
  }
  const until = end === null ? 'badTime' : start && end <= start ? 'endBeforeStart' : null;
  return { ...(start ? {} : { from: 'badTime' }), ...(until ? { until } : {}), breaks };
}

/**
 * What is sent; null where something is missing or wrong.
 *
 * @param before The shift that is changed, which it has to be still: what was not touched is sent as it was, to the
 *   second.
 */
export function inputOf(
  draft: ShiftDraft,
  date: string,
  timeZone: string,
  before: PoolingShift | null,
): PoolingShiftInput | null {
  const faults = faultsOf(draft, date, timeZone);
  const [start, end] = [instantAt(date, draft.from, timeZone), endOf(date, draft, timeZone)];
  if (!draft.vehicleId || !draft.start || !start || !end) return null;
  if (faults.from || faults.until || faults.breaks.size > 0) return null;
  const kept = before ? draftOf(before, timeZone) : null;
  return {
    vehicle_id: draft.vehicleId,
    start_time: (kept?.from === draft.from && before?.start_time) || start.toISOString(),
    end_time: (kept?.until === draft.until && before?.end_time) || end.toISOString(),
    start: draft.start.position,
    end: (draft.end ?? draft.start).position,
    breaks: draft.breaks.map((rest) => {
      const was = kept?.breaks.findIndex(
        (old) => old.from === rest.from && old.until === rest.until && old.minutes === rest.minutes,
      );
      return (was !== undefined && before?.breaks[was]) || breakInput(rest, date, timeZone);
    }),
    ...(before ? { etag: before.etag } : {}),
  };
}

/** A clock time on a service day; until three in the morning it is the night after. */
export function instantAt(date: string, text: string, timeZone: string): Date | null {
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
  const [hour, minute] = [Number(found?.[1] ?? Number.NaN), Number(found?.[2] ?? 0)];
  const [year, month, day] = date.split('-').map(Number);
  if (!found || hour > 23 || minute > 59 || !year || !month || !day) return null;
  const local = hour < 3 ? addDays({ year, month, day }, 1) : { year, month, day };
  return instantOf({ ...local, hour, minute }, timeZone);
}

/** Shifts may go on until five: an end at four is the night after, unless the shift begins before. */
function endOf(date: string, draft: ShiftDraft, timeZone: string): Date | null {
  const [start, end] = [instantAt(date, draft.from, timeZone), instantAt(date, draft.until, timeZone)];
  if (!start || !end || end > start || localTime(end, timeZone).hour >= 5) return end;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const { hour, minute } = localTime(end, timeZone);
  return instantOf({ ...addDays({ year, month, day }, 1), hour, minute }, timeZone);
}

function clock(instant: string | undefined, timeZone: string): string {
  if (!instant) return '';
  const { hour, minute } = localTime(new Date(instant), timeZone);
  return `${hour}:${String(minute).padStart(2, '0')}`;
}

function breakOf(rest: PoolingBreak, key: number, timeZone: string): BreakDraft {
  return {
    key,
    from: clock(rest.start_window?.earliest, timeZone),
    until: clock(rest.start_window?.latest, timeZone),
    minutes: Math.round(secondsOf(rest.duration) / 60),
  };
}

function breakInput(rest: BreakDraft, date: string, timeZone: string): PoolingBreakInput {
  const [earliest, latest] = [rest.from, rest.until].map((text) => instantAt(date, text, timeZone));
  return {
    start_window: { earliest: earliest?.toISOString() ?? '', latest: latest?.toISOString() ?? '' },
    duration: `${rest.minutes * 60}s`,
  };
}
