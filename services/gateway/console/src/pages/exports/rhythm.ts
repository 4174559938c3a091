/** Cron fields, as far as people say them: at a time, every day, on workdays, on Mondays, on the first. */

const DAYS = {
  daily: '* * *',
  workdays: '* * 1-5',
  weekly: '* * 1',
  monthly: '1 * *',
} as const;

export type Rhythm = keyof typeof DAYS;
export const RHYTHMS = Object.keys(DAYS) as Rhythm[];

export interface Said {
  rhythm: Rhythm;
  hour: number;
  minute: number;
}

/** What five fields say; null where they say something that only cron has words for. */
export function saidOf(cron: string): Said | null {
  const found = /^(\d{1,2}) (\d{1,2}) (.+)$/.exec(cron.trim().replace(/\s+/g, ' '));
  const rhythm = RHYTHMS.find((each) => DAYS[each] === found?.[3]);
  if (!found || !rhythm) return null;
  const [minute, hour] = [Number(found[1]), Number(found[2])];
  return minute < 60 && hour < 24 ? { rhythm, hour, minute } : null;
}

export function cronOf({ rhythm, hour, minute }: Said): string {
  return `${minute} ${hour} ${DAYS[rhythm]}`;
}

export function writtenTime({ hour, minute }: Pick<Said, 'hour' | 'minute'>): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(hour)}:${two(minute)}`;
}
