import type { ReactNode } from 'react';
import { Problem } from '@/api/problem';
import { Button } from '@/components/Button';
import { messages } from '@/components/messages';
import { useMessages } from '@/i18n/language';
import styles from './Failure.module.css';

/** Why something is not here, and the way on. */
export function Failure({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const m = useMessages(messages);
  return (
    <div className={styles.failure} role="alert">
      <strong>{m.failed}</strong>
      <p>{useTold(error)}</p>
      {onAgain && <Button onClick={onAgain}>{m.again}</Button>}
    </div>
  );
}

/** Where the service has decided against it, and the page has its own words for why. */
export function RefusalBox({ children }: { children: ReactNode }) {
  return (
    <div className={styles.failure} role="alert">
      {children}
    </div>
  );
}

/** One sentence on an error, for people. */
export function useTold(error: unknown): string {
  const m = useMessages(messages);
  return toldOf(error, m);
}

interface Words {
  unavailable: string;
  notAllowed: string;
  tooMany: string;
  /** By the services' reasons. */
  refusals: Readonly<Record<string, string>>;
}

export function toldOf(error: unknown, m: Words): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 429) return m.tooMany;
  if (error.passing) return m.unavailable;
  const sentence = m.refusals[error.reason];
  if (error.status === 403) return sentence ?? m.notAllowed;
  // Which value of which field is wrong only the service knows; what the state forbids, the sentence says.
  const isInput = error.status === 400;
  const faults = error.violations
    .filter(({ reason }) => isInput || !sentence || reason !== error.reason)
    .map(({ field, description, reason }) => {
      const word = m.refusals[reason ?? ''];
      return word ? `${word} (${field}: ${description})` : `${field}: ${description}`;
    });
  return isInput && sentence && faults.length > 0
    ? faults.join(' · ')
    : [sentence ?? error.message, ...faults].join(' · ');
}
