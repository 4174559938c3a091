import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import { LanguageChoice } from '@/app/LanguageChoice';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { enter, type SetupState, setupState } from './calls';
import { DistrictStep, NOTHING_TYPED } from './DistrictStep';
import { MakingStep } from './MakingStep';
import { messages } from './messages';
import { ServiceStep } from './ServiceStep';
import styles from './Setup.module.css';
import { Starting } from './Starting';

const ASKED_AGAIN_MS = 1_000;
const STEPS = 3;

/** An installation without a district asks for one, and for its service. */
export default function SetupPage() {
  const m = useMessages(messages);
  const [state, setState] = useState<SetupState | 'signed out' | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const [silent, setSilent] = useState(false);
  const [typed, setTyped] = useState(NOTHING_TYPED);

  const look = useCallback(async () => {
    try {
      setState(await setupState());
      setSilent(false);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) setState('signed out');
      else setSilent(true);
    }
  }, []);

  const tried = useRef(false);
  useEffect(() => {
    if (tried.current) return;
    tried.current = true;
    const given = new URLSearchParams(location.hash.slice(1)).get('code');
    history.replaceState(null, '', location.pathname);
    if (given) void enter(given).then(look, look);
    else void look();
  }, [look]);

  const making = state !== null && state !== 'signed out' && state.making?.state === 'running';
  useEffect(() => {
    if (!(making || silent) || code) return;
    const timer = setInterval(() => void look(), ASKED_AGAIN_MS);
    return () => clearInterval(timer);
  }, [making, silent, code, look]);

  const number = code ? 3 : state !== null && state !== 'signed out' && state.step === 'service' ? 2 : 1;
  useEffect(() => {
    document.title = `${m.title} – Landlinie`;
  }, [m]);
  return (
    <main className={styles.page}>
      <header className={styles.top}>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <div>
          <h1>{m.title}</h1>
          <p>{m.intro}</p>
        </div>
        <LanguageChoice />
      </header>
      {silent && !code && (
        <p role="alert" className={styles.alert}>
          {m.unreachable}
        </p>
      )}
      {state === 'signed out' && <Door onIn={look} />}
      {state !== null && state !== 'signed out' && (
        <section className={styles.card}>
          <p className={styles.step}>{m.step(number, STEPS)}</p>
          {code ? (
            <Starting code={code} />
          ) : making ? (
            <MakingStep state={state} onState={setState} />
          ) : state.step === 'service' ? (
            <ServiceStep state={state} onState={setState} onStarted={setCode} />
          ) : (
            <DistrictStep state={state} typed={typed} onTyped={setTyped} onState={setState} />
          )}
        </section>
      )}
    </main>
  );
}

/** Whoever comes without the link has to have its code. */
function Door({ onIn }: { onIn: () => Promise<void> }) {
  const m = useMessages(messages);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await enter(text.trim());
      await onIn();
    } catch {
      setWrong(true);
    }
  }
  return (
    <form className={styles.card} onSubmit={(event) => void submit(event)}>
      <p>{m.signIn}</p>
      <TextField
        label={m.code}
        value={text}
        onChange={setText}
        autoComplete="off"
        error={wrong ? m.codeWrong : null}
        required
      />
      <div className={styles.actions}>
        <Button type="submit" kind="main">
          {m.enter}
        </Button>
      </div>
    </form>
  );
}
