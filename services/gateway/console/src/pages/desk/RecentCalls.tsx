import { RotateCcw } from 'lucide-react';
import { useMessages } from '@/i18n/language';
import type { Call } from './call';
import { messages } from './messages';
import styles from './RecentCalls.module.css';
import { useRecent } from './recent';

/** Rides booked in this window: one key takes them again. */
export function RecentCalls({ onTake }: { onTake: (call: Call) => void }) {
  const m = useMessages(messages);
  const recent = useRecent();
  if (recent.length === 0) return null;
  return (
    <section className={styles.recent} aria-labelledby="desk-recent">
      <h2 id="desk-recent">{m.thisWindow}</h2>
      <p>{m.thisWindowHint}</p>
      <ul>
        {recent.map(({ id, call }) => (
          <li key={id}>
            <button
              type="button"
              aria-label={m.again(call.from?.label ?? '', call.to?.label ?? '')}
              onClick={() => onTake(call)}
            >
              <RotateCcw aria-hidden="true" />
              <span>
                {(call.name || call.phone) && (
                  <>
                    <strong>{call.name || call.phone}</strong>
                    <br />
                  </>
                )}
                {call.from?.label} {'→'} {call.to?.label}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
