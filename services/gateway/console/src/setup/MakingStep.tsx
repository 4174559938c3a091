import { Check, Circle, LoaderCircle } from 'lucide-react';
import { Button } from '@/components/Button';
import { useMessages } from '@/i18n/language';
import { type SetupState, throwAway } from './calls';
import { messages } from './messages';
import styles from './Setup.module.css';
import { STEP_ORDER, stepOf } from './steps';

/** How far the work is, step by step. */
export function MakingStep({ state, onState }: { state: SetupState; onState: (state: SetupState) => void }) {
  const m = useMessages(messages);
  const made = state.making?.steps.map(stepOf) ?? [];
  const now = made.at(-1) ?? 'check';
  // Looking for a place is part of it only where somebody asked for that.
  const order = STEP_ORDER.filter((step) => (step !== 'look' && step !== 'fetch') || made.includes(step));
  return (
    <div className={styles.form}>
      <h2>{m.making}</h2>
      <p>{m.makingAbout}</p>
      <ol className={styles.steps} aria-live="polite">
        {order.map((step) => {
          const done = order.indexOf(step) < order.indexOf(now);
          const running = step === now;
          const Icon = done ? Check : running ? LoaderCircle : Circle;
          return (
            <li key={step} data-state={done ? 'done' : running ? 'now' : 'later'}>
              <Icon aria-hidden="true" />
              {m.steps[step]}
              <span className="only-read-aloud">{done ? m.stepDone : running ? m.stepNow : m.stepLater}</span>
            </li>
          );
        })}
      </ol>
      <div className={styles.actions}>
        <Button onClick={() => void throwAway().then(onState)}>{m.cancel}</Button>
        <span className={styles.soft}>{m.since(Math.round(state.making?.took_s ?? 0))}</span>
      </div>
    </div>
  );
}
