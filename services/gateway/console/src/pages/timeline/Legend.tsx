import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import styles from './Timeline.module.css';

/** What the signs mean. */
export function Legend() {
  const m = useMessages(messages);
  const signs = [
    ['booked', m.legendRide],
    ['aboard', m.legendAboard],
    ['done', m.legendDone],
    ['window', m.legendPickup],
    ['slack', m.legendSlack],
    ['shift', m.legendShift],
    ['drive', m.legendDriving],
    ['stop', m.legendStop],
    ['break', m.legendBreak],
  ] as const;
  return (
    <ul className={styles.legend} aria-label={m.legend}>
      {signs.map(([sign, word]) => (
        <li key={sign}>
          <i data-sign={sign} />
          {word}
        </li>
      ))}
    </ul>
  );
}
