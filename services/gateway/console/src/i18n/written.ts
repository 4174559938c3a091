import { type Language, LOCALES } from '@/i18n/language';
import { daysBetween, localDate } from '@/i18n/local_time';

const NEAR_DAYS: Record<Language, Record<number, string>> = {
  de: { [-1]: 'gestern', 0: 'heute', 1: 'morgen', 2: 'übermorgen' },
  en: { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' },
};

type Instant = Date | string;

export interface Format {
  /** 14:30 */
  time(instant: Instant): string;
  /** heute, morgen, else Fr. 27.11. */
  day(instant: Instant, now?: Date): string;
  /** Freitag, 27. November 2026 */
  longDay(instant: Instant): string;
  /** heute 14:30 */
  dayAndTime(instant: Instant, now?: Date): string;
  /** 27.11.2026, 14:30:05 */
  exact(instant: Instant): string;
  /** 1 Std. 5 Min. */
  duration(seconds: number): string;
  /** 350 m, 4,2 km */
  distance(metres: number): string;
  /** 350 g, 1,2 kg */
  weight(grams: number): string;
  number(value: number): string;
  percent(share: number): string;
  money(cents: number, currency: string): string;
}

/** How instants, measures and money are written in a language, by a district's clock. */
export function formatFor(language: Language, timeZone: string): Format {
  const locale = LOCALES[language];
  const zoned = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options });
  const time = zoned({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const shortDay = zoned({ weekday: 'short', day: '2-digit', month: '2-digit' });
  const longDay = zoned({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const exact = zoned({ dateStyle: 'medium', timeStyle: 'medium' });
  const number = new Intl.NumberFormat(locale);
  const unit = (name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    });
  const [hours, minutes, metres, kilometres, grams, kilograms] = [
    unit('hour'),
    unit('minute'),
    unit('meter'),
    unit('kilometer', 1),
    unit('gram'),
    unit('kilogram', 1),
  ];
  const at = (instant: Instant) => (typeof instant === 'string' ? new Date(instant) : instant);

  function day(instant: Instant, now = new Date()): string {
    const away = daysBetween(localDate(now, timeZone), localDate(at(instant), timeZone));
    return NEAR_DAYS[language][away] ?? shortDay.format(at(instant));
  }

  return {
    time: (instant) => time.format(at(instant)),
    day,
    longDay: (instant) => longDay.format(at(instant)),
    dayAndTime: (instant, now) => `${day(instant, now)} ${time.format(at(instant))}`,
    exact: (instant) => exact.format(at(instant)),
    duration: (seconds) => {
      const all = Math.max(0, Math.round(seconds / 60));
      const [h, min] = [Math.floor(all / 60), all % 60];
      if (h === 0) return minutes.format(min);
      return min === 0 ? hours.format(h) : `${hours.format(h)} ${minutes.format(min)}`;
    },
    distance: (value) =>
      value < 1000 ? metres.format(Math.round(value / 10) * 10) : kilometres.format(value / 1000),
    weight: (value) =>
      value < 1000 ? grams.format(Math.round(value / 10) * 10) : kilograms.format(value / 1000),
    number: (value) => number.format(value),
    percent: (share) =>
      new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share),
    money: (cents, currency) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency }).format(cents / 100),
  };
}
