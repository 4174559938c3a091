import { type Language, LOCALES } from '@/i18n/language';
import { addDays, isoDate, type LocalDate, weekdayOf } from '@/i18n/local_time';

export const GRAINS = ['day', 'week', 'month'] as const;
export type Grain = (typeof GRAINS)[number];

export interface Span {
  /** Service days, YYYY-MM-DD, both included. */
  first: string;
  last: string;
}

/** Enough to see a course, few enough to tell the columns apart. */
const SHOWN: Record<Grain, number> = { day: 31, week: 13, month: 12 };

export function dateOf(day: string): LocalDate {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return { year, month, day: date };
}

/** The first day of the period that a day lies in, which also names it. */
export function periodOf(day: string, grain: Grain): string {
  const date = dateOf(day);
  if (grain === 'day') return day;
  if (grain === 'week') return isoDate(addDays(date, 1 - weekdayOf(date)));
  return isoDate({ ...date, day: 1 });
}

/** The first day of the period so many before the one of a day. */
function before(day: string, grain: Grain, count: number): string {
  const date = dateOf(periodOf(day, grain));
  if (grain === 'day') return isoDate(addDays(date, -count));
  if (grain === 'week') return isoDate(addDays(date, -7 * count));
  const months = date.year * 12 + date.month - 1 - count;
  return isoDate({ year: Math.floor(months / 12), month: (months % 12) + 1, day: 1 });
}

/** What is shown up to a day: whole periods, the last one as far as it has come. */
export function spanUpTo(last: string, grain: Grain): Span {
  return { first: before(last, grain, SHOWN[grain] - 1), last };
}

/** Every period of a span by its first day, in order. */
export function periodsIn(span: Span, grain: Grain): readonly string[] {
  const found: string[] = [];
  for (let day = dateOf(span.first); isoDate(day) <= span.last; day = addDays(day, 1)) {
    const period = periodOf(isoDate(day), grain);
    if (found.at(-1) !== period) found.push(period);
  }
  return found;
}

/** As it stands below a column: 23.11., KW 47, Nov 2026. */
export function shortName(period: string, grain: Grain, language: Language): string {
  const { year, month, day } = dateOf(period);
  const at = Date.UTC(year, month - 1, day);
  if (grain === 'week') return `${language === 'de' ? 'KW' : 'W'} ${isoWeek(at)}`;
  const options: Intl.DateTimeFormatOptions =
    grain === 'day' ? { day: '2-digit', month: '2-digit' } : { month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(LOCALES[language], { timeZone: 'UTC', ...options }).format(at);
}

const DAY_MS = 86_400_000;

/** The number of the calendar week that a Monday begins. */
function isoWeek(mondayMs: number): number {
  const thursday = new Date(mondayMs + 3 * DAY_MS);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - newYear) / (7 * DAY_MS)) + 1;
}
