import { Ban, Check, MapPin, Navigation } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { WasteBlockedReason, WasteTourStop } from '@/api/schema';
import { useLanguage } from '@/i18n/language';
import { BigButton } from './BigButton';
import { BreakdownButton, BreakdownTold } from './Breakdown';
import { breakdownNow } from './breakdown';
import { isOver } from './driver';
import styles from './driver.module.css';
import type { Work } from './manifest_feed';
import { wayTo } from './navigation';
import { Sure } from './Sure';
import { type KeptTour, tourManifestOf } from './tour_manifest';
import { useDriver, useDriverFormat, useQueue, useWords } from './use_driver';

/** A truck's tour: which container next, and what became of it. */
export function TourView({ kept, work }: { kept: KeptTour; work: Work }) {
  const m = useWords();
  const format = useDriverFormat();
  const { reports } = useQueue();
  const manifest = useMemo(() => tourManifestOf(kept, reports), [kept, reports]);
  const { next, later, done } = manifest;
  const closed = reports.some(
    ({ what, state }) => what.kind === 'close' && what.tour_id === kept.tour.tour_id && state !== 'refused',
  );
  const broken = breakdownNow(reports, kept.tour.truck_id, {
    received: kept.received,
    goesOn: !isOver(kept.tour),
  });
  if (broken?.what.kind === 'tour_breakdown' && broken.what.tour_id === kept.tour.tour_id)
    return <BreakdownTold report={broken} work={work} />;
  if (isOver(kept.tour) || closed) {
    const cancelled = kept.tour.state === 'TOUR_STATE_CANCELLED';
    return (
      <section className={styles.card}>
        <h2>{cancelled ? m.tourCancelled : m.tourOver}</h2>
        {kept.tour.end_reason && <p>{kept.tour.end_reason}</p>}
      </section>
    );
  }
  return (
    <>
      <p className={styles.shift}>{m.kilograms(format.number(manifest.loaded_kg))}</p>
      <Changes kept={kept} />
      {next && <NextStop stop={next} tour={kept} />}
      {!next && <Close kept={kept} open={false} />}
      {later.length > 0 && <Stops title={m.later} stops={later} />}
      {done.length > 0 && (
        <details className={styles.done}>
          <summary>{m.doneCount(done.length)}</summary>
          <Stops title={m.done} stops={done} />
        </details>
      )}
      {next && <Close kept={kept} open />}
      <BreakdownButton work={work} />
    </>
  );
}

/** What the depot changed, each with its reason. */
function Changes({ kept }: { kept: KeptTour }) {
  const m = useWords();
  const driver = useDriver();
  const { language } = useLanguage();
  const names = new Map(kept.tour.stops.map((stop) => [stop.stop_id, stop.name]));
  return (
    <div role="status">
      {kept.changes.length > 0 && (
        <section className={styles.news}>
          <h2>{m.news}</h2>
          <ul>
            {kept.changes.map((change) => (
              <li key={`${change.version} ${change.stop_id} ${change.kind}`}>
                {(language === 'de' ? change.reason?.german : change.reason?.english) ||
                  names.get(change.stop_id) ||
                  m.someplace}
              </li>
            ))}
          </ul>
          <BigButton onClick={() => void driver.seen()}>{m.understood}</BigButton>
        </section>
      )}
    </div>
  );
}

function NextStop({ stop, tour: { tour } }: { stop: WasteTourStop; tour: KeptTour }) {
  const m = useWords();
  const format = useDriverFormat();
  const driver = useDriver();
  const { language } = useLanguage();
  const [asking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(stop.stop_id);
  useEffect(() => {
    if (shown.current !== stop.stop_id) heading.current?.focus();
    shown.current = stop.stop_id;
  }, [stop.stop_id]);
  const label = stop.name || m.someplace;
  const about = { vehicle_id: tour.truck_id, tour_id: tour.tour_id, stop_id: stop.stop_id };
  const arrived = stop.state === 'TOUR_STOP_STATE_ARRIVED';
  const isPlant = stop.kind === 'TOUR_STOP_KIND_PLANT';
  const why = language === 'de' ? stop.reason?.german : stop.reason?.english;
  return (
    <section className={styles.next} aria-labelledby="next-halt">
      <p className={styles.kicker}>
        {m.kicker(arrived ? m.hereNow : m.nextHalt, format.time(stop.begin_time ?? ''))}
      </p>
      <h2 id="next-halt" ref={heading} tabIndex={-1}>
        {label}
      </h2>
      {isPlant && <p>{m.plant}</p>}
      {stop.access_note && <p className={styles.warn}>{stop.access_note}</p>}
      {why && <p className={styles.soft}>{why}</p>}
      {!arrived && (
        <div className={styles.choices}>
          {stop.position && (
            <a className={styles.big} href={wayTo(stop.position, label, navigator.userAgent)}>
              <Navigation aria-hidden="true" />
              <span>{m.navigate}</span>
            </a>
          )}
          <BigButton
            kind="main"
            icon={<MapPin aria-hidden="true" />}
            onClick={() => driver.report({ kind: 'tour_arrive', ...about }, label)}
          >
            {m.arrived}
          </BigButton>
        </div>
      )}
      <div className={styles.choices}>
        <BigButton
          kind={arrived ? 'main' : 'plain'}
          icon={<Check aria-hidden="true" />}
          onClick={() => driver.report({ kind: isPlant ? 'unloaded' : 'emptied', ...about }, label)}
        >
          {isPlant ? m.unloaded : m.emptied}
        </BigButton>
        <BigButton icon={<Ban aria-hidden="true" />} onClick={() => setAsking(true)}>
          {m.blocked}
        </BigButton>
      </div>
      {asking && (
        <Blocked
          isPlant={isPlant}
          onBack={() => setAsking(false)}
          onReport={(reason, note) => {
            setAsking(false);
            driver.report({ kind: 'blocked', ...about, reason, note }, label);
          }}
        />
      )}
    </section>
  );
}

const AT_PLANTS: readonly WasteBlockedReason[] = [
  'BLOCKED_REASON_PLANT_CLOSED',
  'BLOCKED_REASON_CONTAMINATED',
  'BLOCKED_REASON_OTHER',
];
const AT_CONTAINERS: readonly WasteBlockedReason[] = [
  'BLOCKED_REASON_PARKED_VEHICLE',
  'BLOCKED_REASON_GATE_LOCKED',
  'BLOCKED_REASON_ROAD_CLOSED',
  'BLOCKED_REASON_CONTAINER_DAMAGED',
  'BLOCKED_REASON_CONTAMINATED',
  'BLOCKED_REASON_TRUCK_FULL',
  'BLOCKED_REASON_OTHER',
];
const LONGEST_NOTE = 500;

interface BlockedProps {
  isPlant: boolean;
  onBack: () => void;
  onReport: (reason: WasteBlockedReason, note: string) => void;
}

function Blocked({ isPlant, onBack, onReport }: BlockedProps) {
  const m = useWords();
  const reasons = isPlant ? AT_PLANTS : AT_CONTAINERS;
  const words: Readonly<Record<string, string>> = m.reasons;
  const [reason, setReason] = useState<WasteBlockedReason | undefined>(reasons[0]);
  const [note, setNote] = useState('');
  return (
    <Sure
      title={m.blockedTitle}
      yes={m.send}
      onBack={onBack}
      onYes={() => reason && onReport(reason, note.trim())}
    >
      <fieldset className={styles.reasons}>
        <legend className="only-read-aloud">{m.blockedTitle}</legend>
        {reasons.map((each) => (
          <label key={each}>
            <input type="radio" name="reason" checked={reason === each} onChange={() => setReason(each)} />
            {words[each]}
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        {m.note}
        <input value={note} maxLength={LONGEST_NOTE} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Sure>
  );
}

const LONGEST_REASON = 200;

function Close({ kept: { tour }, open }: { kept: KeptTour; open: boolean }) {
  const m = useWords();
  const driver = useDriver();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const close = () =>
    driver.report(
      { kind: 'close', vehicle_id: tour.truck_id, tour_id: tour.tour_id, skip_reason: reason.trim() },
      tour.truck_id,
    );
  return (
    <>
      <BigButton kind={open ? 'plain' : 'main'} onClick={() => (open ? setAsking(true) : close())}>
        {open ? m.closeTourOpen : m.closeTour}
      </BigButton>
      {asking && (
        <Sure
          title={m.closeTourOpen}
          yes={m.closeTour}
          danger
          onBack={() => setAsking(false)}
          onYes={() => {
            if (!reason.trim()) return;
            setAsking(false);
            close();
          }}
        >
          <label className={styles.field}>
            {m.closeTourText}
            <input
              value={reason}
              required
              maxLength={LONGEST_REASON}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        </Sure>
      )}
    </>
  );
}

const ENDED: Readonly<Record<string, 'emptied' | 'unloaded' | 'blocked'>> = {
  TOUR_STOP_STATE_EMPTIED: 'emptied',
  TOUR_STOP_STATE_UNLOADED: 'unloaded',
  TOUR_STOP_STATE_BLOCKED: 'blocked',
};

function Stops({ title, stops }: { title: string; stops: readonly WasteTourStop[] }) {
  const m = useWords();
  const format = useDriverFormat();
  return (
    <section className={styles.list} aria-label={title}>
      <h2>{title}</h2>
      <ol>
        {stops.map((stop) => {
          const time = stop.done_time ?? stop.begin_time ?? '';
          const ended = ENDED[stop.state];
          return (
            <li key={stop.stop_id}>
              <time dateTime={time}>{format.time(time)}</time>
              <div>
                <strong>{stop.name || m.someplace}</strong>
                {ended && <small>{m.kinds[ended]}</small>}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
