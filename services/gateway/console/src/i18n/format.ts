import { useTimeZone } from '@/district/district';
import { useLanguage } from '@/i18n/language';
import { type Format, formatFor } from './written';

export type { Format } from './written';

const known = new Map<string, Format>();

/** How things are written in the language that is chosen, by the district's clock. */
export function useFormat(): Format {
  const { language } = useLanguage();
  const timeZone = useTimeZone();
  // The browser takes milliseconds to make one; a timeline has a thousand places that write times.
  const name = `${language} ${timeZone}`;
  const format = known.get(name) ?? formatFor(language, timeZone);
  known.set(name, format);
  return format;
}
