import { localTime } from '@/i18n/local_time';

/** The stations of the tour, in order, and the page each is about; the first and the last are about none. */
export const STATIONS = ['welcome', 'desk', 'map', 'timeline', 'containers', 'tours', 'own'] as const;
export type Station = (typeof STATIONS)[number];

const DAY_MS = 86_400_000;
/** Until this hour the demo's tours are those of today. */
const LAST_HOUR = 11;

/** The day for which the demo has tours proposed: today, or the next day on which trucks drive. */
export function tourDay(now: Date, timeZone: string): string {
  const { year, month, day, hour } = localTime(now, timeZone);
  let at = Date.UTC(year, month - 1, day) + (hour < LAST_HOUR ? 0 : DAY_MS);
  while ([0, 6].includes(new Date(at).getUTCDay())) at += DAY_MS;
  return new Date(at).toISOString().slice(0, 10);
}

/** Where a station is; null where it is about no page. */
export function pathOf(station: Station, now: Date, timeZone: string): string | null {
  if (station === 'welcome' || station === 'own') return null;
  return station === 'tours' ? `/tours?day=${tourDay(now, timeZone)}` : `/${station}`;
}
