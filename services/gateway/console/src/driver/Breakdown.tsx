import { TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CommonPosition, PoolingBreakdownReason } from '@/api/schema';
import { BigButton } from './BigButton';
import { REASONS } from './breakdown';
import styles from './driver.module.css';
import type { Work } from './manifest_feed';
import type { Report } from './reports';
import { Sure } from './Sure';
import { useDriver, useDriverFormat, useShown, useWords } from './use_driver';

const LONGEST_NOTE = 400;
const LONGEST_WAIT_MS = 10_000;
/** A place found a minute ago is that of a vehicle that stands still. */
const GOOD_FOR_MS = 60_000;

/** The way to say that one cannot go on. */
export function BreakdownButton({ work }: { work: Work }) {
  const m = useWords();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <BigButton kind="danger" icon={<TriangleAlert aria-hidden="true" />} onClick={() => setAsking(true)}>
        {m.breakdown}
      </BigButton>
      {asking && <Asking work={work} onDone={() => setAsking(false)} />}
    </>
  );
}

type Where =
  | { state: 'looking' | 'unknown' }
  | { state: 'found'; position: CommonPosition; accuracyM: number };

/** Where the phone is, asked once. */
function useWhere(): Where {
  const [where, setWhere] = useState<Where>({ state: 'looking' });
  useEffect(() => {
    let gone = false;
    const told = (next: Where) => {
      if (!gone) setWhere(next);
    };
    if (!('geolocation' in navigator)) told({ state: 'unknown' });
    else
      navigator.geolocation.getCurrentPosition(
        ({ coords }) =>
          told({
            state: 'found',
            position: { latitude_deg: coords.latitude, longitude_deg: coords.longitude },
            accuracyM: Math.round(coords.accuracy),
          }),
        () => told({ state: 'unknown' }),
        { enableHighAccuracy: true, timeout: LONGEST_WAIT_MS, maximumAge: GOOD_FOR_MS },
      );
    return () => {
      gone = true;
    };
  }, []);
  return where;
}

function Asking({ work, onDone }: { work: Work; onDone: () => void }) {
  const m = useWords();
  const driver = useDriver();
  const where = useWhere();
  const [reason, setReason] = useState<PoolingBreakdownReason>('BREAKDOWN_REASON_TECHNICAL');
  const [note, setNote] = useState('');
  const words: Readonly<Record<string, string>> = m.breakdownReasons;
  function report() {
    onDone();
    const { vehicle_id } = work;
    if (work.kind === 'tour') {
      const text = [words[reason], note.trim()].filter(Boolean).join(': ');
      driver.report({ kind: 'tour_breakdown', vehicle_id, tour_id: work.tour_id, note: text }, work.name);
    } else {
      const position = where.state === 'found' ? where.position : null;
      driver.report({ kind: 'breakdown', vehicle_id, reason, position }, work.name);
    }
  }
  return (
    <Sure title={m.breakdownSure} yes={m.breakdownYes} danger onYes={report} onBack={onDone}>
      <p>{work.kind === 'tour' ? m.breakdownAboutTour : m.breakdownAbout}</p>
      <fieldset className={styles.reasons}>
        <legend>{m.breakdownWhat}</legend>
        {REASONS.map((each) => (
          <label key={each}>
            <input type="radio" name="breakdown" checked={reason === each} onChange={() => setReason(each)} />
            {words[each]}
          </label>
        ))}
      </fieldset>
      {work.kind === 'tour' ? (
        <label className={styles.field}>
          {m.note}
          <input value={note} maxLength={LONGEST_NOTE} onChange={(event) => setNote(event.target.value)} />
        </label>
      ) : (
        <p role="status" className={styles.soft}>
          {where.state === 'found' ? m.placeFound(where.accuracyM) : m.places[where.state]}
        </p>
      )}
    </Sure>
  );
}

/** What happens after a breakdown was reported; nothing where none was, or the vehicle runs again. */
export function BreakdownTold({ report, work }: { report: Report; work: Work }) {
  const m = useWords();
  const format = useDriverFormat();
  const { line } = useShown();
  const isTaken = report.state === 'taken';
  return (
    <section className={styles.broken} aria-labelledby="broken-down">
      <h2 id="broken-down">
        <TriangleAlert aria-hidden="true" /> {m.broken(format.time(new Date(report.time)))}
      </h2>
      <p role="status">
        <strong>{isTaken ? m.brokenKnown : line === 'open' ? m.brokenOnItsWay : m.brokenUnknown}</strong>
      </p>
      <ol>
        {(work.kind === 'tour' ? m.brokenNextTour : m.brokenNext).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
