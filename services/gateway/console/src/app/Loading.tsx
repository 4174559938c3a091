import { messages } from '@/components/messages';
import { useMessages } from '@/i18n/language';
import styles from './Loading.module.css';

/** Shown where waiting takes long enough to be noticed. */
export function Loading() {
  const m = useMessages(messages);
  return (
    <p className={styles.loading} role="status">
      {m.loading}
    </p>
  );
}
