import { useMessages } from '@/i18n/language';
import { useLiveState } from '@/live/live';
import styles from './ConnectionBadge.module.css';
import { messages } from './messages';

/** Whether what is shown is kept up to date. */
export function ConnectionBadge() {
  const m = useMessages(messages);
  const state = useLiveState();
  return (
    <span className={styles.badge} data-state={state} role="status">
      {m.live[state]}
    </span>
  );
}
