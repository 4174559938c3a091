import { TriangleAlert } from 'lucide-react';
import { useLanguage, useMessages } from '@/i18n/language';
import styles from './Banners.module.css';
import { messages } from './messages';
import { useStatus } from './status';

/** Says plainly what does not answer, for as long as it does not. */
export function Banners() {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const status = useStatus();
  const names: Record<string, string> = m.services;
  const meanings: Record<string, string> = m.meanwhile;
  const down = (status.data?.services ?? []).filter((service) => !service.answers).map(({ name }) => name);
  const list = new Intl.ListFormat(language).format(down.map((name) => names[name] ?? name));
  const meaning = down.flatMap((name) => meanings[name] ?? []).join(' ');
  const text = status.isError
    ? m.noGateway
    : down.length > 0
      ? [m.outage(list, down.length), meaning, m.reconnects].filter(Boolean).join(' ')
      : '';
  return (
    <div aria-live="polite" className={styles.banners}>
      {text && (
        <p className={styles.banner}>
          <TriangleAlert aria-hidden="true" />
          {text}
        </p>
      )}
    </div>
  );
}
