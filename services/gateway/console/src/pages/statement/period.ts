import { type Language, LOCALES } from '@/i18n/language';

/** What people call a billed period: a week with its number, or a month. */
export function periodName(periodId: string, language: Language): string {
  const [year = '', part = ''] = periodId.split('-');
  if (part.startsWith('W')) {
    const week = Number(part.slice(1));
    return language === 'de' ? `KW ${week} ${year}` : `Week ${week}, ${year}`;
  }
  const first = Date.UTC(Number(year), Number(part) - 1, 1);
  if (!year || Number.isNaN(first)) return periodId;
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'UTC',
    month: 'long',
    year: 'numeric',
  }).format(first);
}

/** A calendar day, as it is written: 16.11.2026. */
export function dayName(day: string, language: Language): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return day;
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'UTC',
    weekday: 'short',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }).format(at);
}

/** For what a product counts that holds for a day, a week from its Monday, or a month. */
export function validName(validAt: string, language: Language): string {
  return /^\d{4}-\d{2}$/.test(validAt)
    ? periodName(validAt, language)
    : dayName(validAt.slice(0, 10), language);
}
