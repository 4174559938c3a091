import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import { LanguageChoice } from '@/app/LanguageChoice';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { signIn } from './calls';
import { messages } from './messages';
import styles from './SignIn.module.css';
import { SESSION_KEY } from './session';

/** The code of a sign-in link, `/#code=…`: behind the hash, so that it gets into no log. */
function codeOfLink(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('code');
}

/** Tokens have three parts with dots between; everything else is a code. */
function secretOf(text: string): { token: string } | { code: string } {
  return text.split('.').length === 3 ? { token: text } : { code: text };
}

export function SignIn() {
  const m = useMessages(messages);
  const queries = useQueryClient();
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const tried = useRef(false);

  async function enter(secretGiven: { token: string } | { code: string }) {
    setBusy(true);
    setError(null);
    try {
      await signIn(secretGiven);
      await queries.invalidateQueries({ queryKey: SESSION_KEY });
    } catch (failure) {
      setError(failure instanceof Problem && failure.passing ? m.unreachable : m.wrong);
      setBusy(false);
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link's code is good for one try, when the page opens
  useEffect(() => {
    const code = codeOfLink();
    if (!code || tried.current) return;
    tried.current = true;
    history.replaceState(null, '', location.pathname);
    void enter({ code });
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (secret.trim()) void enter(secretOf(secret.trim()));
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{m.title}</h1>
        <p>{busy ? m.signingIn : m.about}</p>
        <TextField
          label={m.token}
          type="password"
          autoComplete="off"
          value={secret}
          onChange={setSecret}
          error={error}
          required
        />
        <div className={styles.actions}>
          <Button type="submit" kind="main" disabled={busy}>
            {m.enter}
          </Button>
          <LanguageChoice />
        </div>
      </form>
    </main>
  );
}
