import { Compass, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { type Command, useCommands } from '@/app/commands';
import { recall, remember } from '@/app/remembered';
import { Button, IconButton } from '@/components/Button';
import { useTimeZone } from '@/district/district';
import { useMessages } from '@/i18n/language';
import styles from './DemoTour.module.css';
import { messages } from './messages';
import { pathOf, STATIONS } from './tour';

const KEY = 'demo-tour';
const SEEN = 'seen';

/** A way through the demo, above the page it tells of. Closed, it stays so; the palette has it again. */
export default function DemoTour() {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const navigate = useNavigate();
  const [at, setAt] = useState<number | null>(() => (recall(KEY) === SEEN ? null : 0));
  const commands = useMemo<Command[]>(() => [{ id: 'demo-tour', label: m.again, run: () => setAt(0) }], [m]);
  useCommands(commands);
  useEffect(() => {
    if (at === null) remember(KEY, SEEN);
  }, [at]);
  if (at === null) return null;

  const station = STATIONS[at] ?? 'welcome';
  const last = at === STATIONS.length - 1;
  function go(number: number) {
    const next = STATIONS[number];
    if (!next) {
      setAt(null);
      return;
    }
    setAt(number);
    const path = pathOf(next, new Date(), timeZone);
    if (path) void navigate(path);
  }
  return (
    <aside
      className={styles.tour}
      data-keeps-focus=""
      aria-label={m.title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setAt(null);
      }}
    >
      <Compass aria-hidden="true" className={styles.sign} />
      <p aria-live="polite">
        <strong>{`${m.title}, ${m.station(at + 1, STATIONS.length)}`}</strong> {m.stations[station]}
      </p>
      <div className={styles.buttons}>
        {at > 0 && <Button onClick={() => go(at - 1)}>{m.back}</Button>}
        <Button kind="main" onClick={() => go(at + 1)}>
          {at === 0 ? m.begin : last ? m.finish : m.next}
        </Button>
        <IconButton label={m.close} onClick={() => setAt(null)}>
          <X aria-hidden="true" />
        </IconButton>
      </div>
    </aside>
  );
}
