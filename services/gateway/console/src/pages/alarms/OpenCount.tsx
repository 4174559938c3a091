import { useMessages } from '@/i18n/language';
import { MOST_COUNTED, useOpenCount } from './alarms';
import { messages } from './messages';
import styles from './OpenCount.module.css';

/** Beside the page's name in the menu: how many alarms nobody has acknowledged. */
export default function OpenCount() {
  const m = useMessages(messages);
  const count = useOpenCount();
  if (count === 0) return null;
  return (
    <strong className={styles.count}>
      {count > MOST_COUNTED ? `${MOST_COUNTED}+` : count}
      <i className="only-read-aloud">{` ${m.openOnes}`}</i>
    </strong>
  );
}
