/** Clock times of a district. The browser may stand in another time zone than the buses. */

export interface LocalDate {
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
}

export interface LocalTime extends LocalDate {
  hour: number;
  minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** What clocks there show at an instant. */
export function localTime(instant: Date, timeZone: string): LocalTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of partsFormat(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { year, month, day, hour, minute };
}

export function localDate(instant: Date, timeZone: string): LocalDate {
  const { year, month, day } = localTime(instant, timeZone);
  return { year, month, day };
}

/**
 * The instant at which clocks there show a time.
 *
 * A time that clocks skip in spring is the same while later; of a time they show twice in autumn it is the first.
 */
export function instantOf(local: LocalTime, timeZone: string): Date {
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
  const offsetAt = (instant: number) => {
    const shown = localTime(new Date(instant), timeZone);
    return (
      Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) - floorToMinute(instant)
    );
  };
  // The offsets of the day before and after are the only ones that can hold.
  const candidates = [offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)].map((offset) => asUtc - offset);
  const exact = candidates.filter((instant) => instant + offsetAt(instant) === asUtc);
  return new Date(exact.length > 0 ? Math.min(...exact) : Math.max(...candidates));
}

function floorToMinute(instant: number): number {
  return Math.floor(instant / MINUTE_MS) * MINUTE_MS;
}

export function addDays(date: LocalDate, days: number): LocalDate {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** Whole days from the first to the second. */
export function daysBetween(first: LocalDate, second: LocalDate): number {
  const utc = (date: LocalDate) => Date.UTC(date.year, date.month - 1, date.day);
  return Math.round((utc(second) - utc(first)) / DAY_MS);
}

/** 1 is Monday, 7 Sunday. */
export function weekdayOf(date: LocalDate): number {
  return new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() || 7;
}

/** Whether the calendar has such a day. */
export function isDate(date: LocalDate): boolean {
  const same = addDays(date, 0);
  return same.year === date.year && same.month === date.month && same.day === date.day;
}

/** YYYY-MM-DD. */
export function isoDate(date: LocalDate): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
}

/** Service days begin at three in the morning. */
const SERVICE_DAY_STARTS_AT_HOUR = 3;

/** The service day an instant belongs to, YYYY-MM-DD. */
export function serviceDate(instant: Date, timeZone: string): string {
  const local = localTime(instant, timeZone);
  return isoDate(local.hour < SERVICE_DAY_STARTS_AT_HOUR ? addDays(local, -1) : local);
}
