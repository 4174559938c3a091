import { TriangleAlert } from 'lucide-react';
import { Button } from '@/components/Button';
import styles from './driver.module.css';
import type { Report } from './reports';
import { useDriver, useDriverFormat, useQueue, useShown, useWords } from './use_driver';

/** What was refused, to be seen first; and what waits, to be looked into. */
export function QueuePanel() {
  const m = useWords();
  const { line, keeps } = useShown();
  const { reports, held, sending, unkept } = useQueue();
  const waiting = reports.filter(
    (report) => report.state === 'waiting' && report.sequence !== held?.sequence,
  );
  const refused = reports.filter((report) => report.state === 'refused');
  const offline = line === 'interrupted';
  return (
    <>
      {(unkept || !keeps) && <p className={styles.warn}>{m.notKept}</p>}
      {refused.length > 0 && <Refused refused={refused} />}
      <div role="status">{offline && waiting.length === 0 && <p className={styles.warn}>{m.offline}</p>}</div>
      {waiting.length > 0 && (
        <details className={styles.waiting}>
          <summary>{m.waiting(waiting.length)}</summary>
          <ol>
            {waiting.map((report) => (
              <Waiting key={report.sequence} report={report} sending={sending === report.sequence} />
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Told({ report }: { report: Report }) {
  const m = useWords();
  const format = useDriverFormat();
  return (
    <span>
      <strong>{format.time(new Date(report.time))}</strong>
      {m.told(m.kinds[report.what.kind], report.label)}
    </span>
  );
}

function Waiting({ report, sending }: { report: Report; sending: boolean }) {
  const m = useWords();
  const { queue } = useDriver();
  return (
    <li className={styles.report}>
      <Told report={report} />
      {sending ? (
        <em>{m.sendingNow}</em>
      ) : (
        <Button onClick={() => void queue.takeBack(report.sequence)}>{m.takeBack}</Button>
      )}
    </li>
  );
}

function Refused({ refused }: { refused: readonly Report[] }) {
  const m = useWords();
  const { queue } = useDriver();
  const words: Readonly<Record<string, string>> = m.refusals;
  return (
    <section className={styles.refused} role="alert">
      <h2>
        <TriangleAlert aria-hidden="true" /> {m.refusedTitle(refused.length)}
      </h2>
      <ol>
        {refused.map((report) => (
          <li key={report.sequence}>
            <Told report={report} />
            <p>
              {words[report.refusal?.reason ?? ''] ??
                m.refusalUnknown(report.refusal?.message || report.refusal?.reason || '')}
            </p>
            <div className={styles.choices}>
              <Button kind="main" onClick={() => void queue.dismiss(report.sequence)}>
                {m.understood}
              </Button>
              <Button onClick={() => void queue.again(report.sequence)}>{m.sendAgain}</Button>
            </div>
          </li>
        ))}
      </ol>
      <p>{m.callDesk}</p>
    </section>
  );
}
