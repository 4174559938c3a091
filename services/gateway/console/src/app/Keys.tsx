import { type Language, useLanguage } from '@/i18n/language';
import styles from './Keys.module.css';

/** Keys to press: one after the other, or together. */
export function Keys({ keys }: { keys: string }) {
  const { language } = useLanguage();
  return (
    <span className={styles.keys}>
      {keys.split(' ').map((key) => (
        <kbd key={key}>{keyName(key, language)}</kbd>
      ))}
    </span>
  );
}

/** As it stands on the keyboard: Ctrl+K, in German Strg+K. */
function keyName(key: string, language: Language): string {
  const written = key.replace(/.$/, (last) =>
    key.length === 1 || key.includes('+') ? last.toUpperCase() : last,
  );
  return language === 'de' ? written.replace('Ctrl', 'Strg') : written;
}
