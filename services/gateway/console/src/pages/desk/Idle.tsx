import { useMessages } from '@/i18n/language';
import styles from './Idle.module.css';
import { messages } from './messages';

/** Before the first offer: what is needed, and how little has to be typed for it. */
export function Idle() {
  const m = useMessages(messages);
  return (
    <div className={styles.idle}>
      <p>{m.waiting}</p>
      <dl>
        {m.examples.map(([typed, meant]) => (
          <div key={typed}>
            <dt>
              <code>{typed}</code>
            </dt>
            <dd>{meant}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
