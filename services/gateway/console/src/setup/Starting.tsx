import { LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMessages } from '@/i18n/language';
import { servicesRun } from './calls';
import { messages } from './messages';
import styles from './Setup.module.css';

const ASKED_AGAIN_MS = 1_000;
const EXPECTED_MS = 4 * 60_000;

/** The services start where this page came from; then the phone desk opens, signed in. */
export function Starting({ code }: { code: string }) {
  const m = useMessages(messages);
  const [late, setLate] = useState(false);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(async () => {
      setLate(Date.now() - began > EXPECTED_MS);
      if (!(await servicesRun())) return;
      clearInterval(timer);
      history.replaceState(null, '', `/desk#code=${encodeURIComponent(code)}`);
      location.reload();
    }, ASKED_AGAIN_MS);
    return () => clearInterval(timer);
  }, [code]);
  return (
    <div className={styles.form} role="status">
      <h2>
        <LoaderCircle aria-hidden="true" className={styles.turning} />
        {m.starting}
      </h2>
      <p>{late ? m.tooLong : m.startingAbout}</p>
    </div>
  );
}
