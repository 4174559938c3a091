import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import { BigButton } from './BigButton';
import styles from './driver.module.css';
import { useDriver, useQueue, useWords } from './use_driver';

/** The code of a driver's link, `/driver#code=…`: behind the hash, so that it gets into no log. */
export function codeOfLink(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('code');
}

export function SignIn() {
  const m = useWords();
  const driver = useDriver();
  const waiting = useQueue().reports.filter((report) => report.state === 'waiting').length;
  const [code, setCode] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const tried = useRef(false);

  async function enter(given: string) {
    setBusy(true);
    setError(null);
    try {
      await driver.enterWith(given);
    } catch (failure) {
      const passing = failure instanceof Problem && failure.passing;
      // Without a network the code was not used.
      if (passing) setCode(given);
      setError(passing ? m.unreachable : m.wrongCode);
      setBusy(false);
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link's code is good for one try, when the page opens
  useEffect(() => {
    const linked = codeOfLink();
    if (!linked || tried.current) return;
    tried.current = true;
    history.replaceState(null, '', location.pathname + location.search);
    void enter(linked);
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (code.trim()) void enter(code.trim());
  }

  return (
    <form className={styles.card} onSubmit={submit}>
      <h1>{m.signIn}</h1>
      <p role="status">{busy ? m.entering : m.signInText}</p>
      {waiting > 0 && <p className={styles.warn}>{m.kept(waiting)}</p>}
      <label className={styles.field}>
        {m.code}
        <input
          type="password"
          autoComplete="off"
          autoCapitalize="off"
          value={code}
          aria-invalid={error !== null}
          aria-describedby={error ? 'sign-in-error' : undefined}
          onChange={(event) => setCode(event.target.value)}
        />
      </label>
      {error && (
        <p id="sign-in-error" className={styles.bad} role="alert">
          {error}
        </p>
      )}
      <BigButton kind="main" type="submit" disabled={busy}>
        {m.enter}
      </BigButton>
    </form>
  );
}
