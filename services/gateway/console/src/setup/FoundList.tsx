import { type Language, LOCALES, useMessages } from '@/i18n/language';
import type { Found } from './calls';
import { messages } from './messages';
import styles from './Setup.module.css';

/** What map and timetable hold, and what somebody should look at. */
export function FoundList({ found, language }: { found: Found; language: Language }) {
  const m = useMessages(messages);
  const count = (value: number) => new Intl.NumberFormat(LOCALES[language]).format(value);
  const day = (value: string) =>
    new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(value),
    );
  return (
    <ul className={styles.found}>
      <li>{m.found(found.place_count, found.virtual_stop_count, found.trip_count)}</li>
      <li>
        {m.until(day(found.first_day), day(found.last_day))} {found.over && m.over}
      </li>
      {found.outside_count > 0 && <li>{m.outside(count(found.outside_count), count(found.stop_count))}</li>}
      {found.error_count + found.warning_count > 0 && (
        <li>{m.faults(count(found.error_count), count(found.warning_count))}</li>
      )}
    </ul>
  );
}
