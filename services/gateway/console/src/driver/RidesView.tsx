import { LogIn, LogOut, MapPin, Navigation, UserX } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { PoolingParty, PoolingPlannedStop } from '@/api/schema';
import { BigButton } from './BigButton';
import { BreakdownButton, BreakdownTold } from './Breakdown';
import { breakdownNow } from './breakdown';
import styles from './driver.module.css';
import { type Halt, type KeptPlan, manifestOf, type Stop } from './manifest';
import type { Work } from './manifest_feed';
import { wayTo } from './navigation';
import { Sure } from './Sure';
import { useDriver, useDriverFormat, useNow, useQueue, useShown, useWords } from './use_driver';

/** The rides of a vehicle: where to next, who gets on and off, what comes after. */
export function RidesView({ plan, work }: { plan: KeptPlan; work: Work }) {
  const m = useWords();
  const format = useDriverFormat();
  const { reports } = useQueue();
  const manifest = useMemo(() => manifestOf(plan, reports), [plan, reports]);
  const { next, later, done, shifts } = manifest;
  const last = shifts.at(-1);
  const broken = breakdownNow(reports, plan.vehicle_id, { received: plan.received, goesOn: next !== null });
  if (shifts.length === 0)
    return (
      <section className={styles.card}>
        <h2>{m.noShift}</h2>
        <p>{m.noShiftText}</p>
      </section>
    );
  return (
    <>
      <p className={styles.shift}>
        {shifts.map((shift) => m.shift(format.time(shift.start), format.time(shift.end))).join(', ')}{' '}
        <strong>{m.aboard(partyOf(manifest, m) || m.nobodyAboard)}</strong>
      </p>
      {!broken && <News />}
      {broken && <BreakdownTold report={broken} work={work} />}
      {broken ? (
        next && <Halts title={m.passedOn} halts={[next, ...later]} />
      ) : next ? (
        <NextHalt halt={next} vehicleId={plan.vehicle_id} />
      ) : (
        <section className={styles.card}>
          <h2>{m.allDone}</h2>
          {last && <p>{m.allDoneText(format.time(last.end))}</p>}
          {last?.garage && (
            <a className={styles.big} href={wayTo(last.garage, '', navigator.userAgent)}>
              <Navigation aria-hidden="true" />
              <span>{m.home}</span>
            </a>
          )}
        </section>
      )}
      {!broken && later.length > 0 && <Halts title={m.later} halts={later} />}
      {done.length > 0 && (
        <details className={styles.done}>
          <summary>{m.doneCount(done.length)}</summary>
          <Halts title={m.done} halts={done} />
        </details>
      )}
      {!broken && <BreakdownButton work={work} />}
    </>
  );
}

type Words = ReturnType<typeof useWords>;

function partyOf(party: { seated: number; wheelchairs: number }, m: Words): string {
  const parts = [
    party.seated > 0 ? m.people(party.seated) : '',
    party.wheelchairs > 0 ? m.wheelchairs(party.wheelchairs) : '',
  ];
  return parts.filter(Boolean).join(m.and);
}

function whoIs(party: PoolingParty | undefined, m: Words): string {
  return partyOf({ seated: party?.seated_count ?? 0, wheelchairs: party?.wheelchair_count ?? 0 }, m);
}

/** What came and went while the driver drove. */
function News() {
  const m = useWords();
  const format = useDriverFormat();
  const driver = useDriver();
  const { added, removed } = useShown().news;
  return (
    <div role="status">
      {added.length + removed.length > 0 && (
        <section className={styles.news}>
          <h2>{m.news}</h2>
          <ul>
            {added.map((halt) => (
              <li key={`+${halt.key}`}>{m.newRide(halt.label || m.someplace, format.time(halt.time))}</li>
            ))}
            {removed.map((halt) => (
              <li key={`-${halt.key}`}>{m.goneRide(halt.label || m.someplace, format.time(halt.time))}</li>
            ))}
          </ul>
          <BigButton onClick={() => void driver.seen()}>{m.understood}</BigButton>
        </section>
      )}
    </div>
  );
}

function breakText(pause: PoolingPlannedStop, m: Words, format: ReturnType<typeof useDriverFormat>): string {
  const { arrival_time: from = '', departure_time: until = '' } = pause;
  return m.pause(format.duration((Date.parse(until) - Date.parse(from)) / 1000), format.time(from));
}

function NextHalt({ halt, vehicleId }: { halt: Halt; vehicleId: string }) {
  const m = useWords();
  const format = useDriverFormat();
  const driver = useDriver();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(halt.key);
  const label = halt.label || m.someplace;
  useEffect(() => {
    // What was pressed is gone with the stop it was for: the next one is where to go on.
    if (shown.current !== halt.key) heading.current?.focus();
    shown.current = halt.key;
  }, [halt.key]);
  const open = halt.stops.filter((stop) => !stop.done);
  const first = open[0];
  // Who gets off makes room for who gets on.
  const ordered = [...open].sort((a, b) => Number(isPickup(a)) - Number(isPickup(b)));
  return (
    <section className={styles.next} aria-labelledby="next-halt">
      {!halt.arrived &&
        halt.breaks.map((pause) => (
          <p key={pause.stop_id} className={styles.pause}>
            {breakText(pause, m, format)}
          </p>
        ))}
      <p className={styles.kicker}>
        {m.kicker(halt.arrived ? m.hereNow : m.nextHalt, format.time(halt.time))}
      </p>
      <h2 id="next-halt" ref={heading} tabIndex={-1}>
        {label}
      </h2>
      {!halt.arrived && first && (
        <div className={styles.choices}>
          <a className={styles.big} href={wayTo(halt.position, halt.label, navigator.userAgent)}>
            <Navigation aria-hidden="true" />
            <span>{m.navigate}</span>
          </a>
          <BigButton
            kind="main"
            icon={<MapPin aria-hidden="true" />}
            onClick={() =>
              driver.report({ kind: 'arrive', vehicle_id: vehicleId, stop_id: first.stop_id }, label)
            }
          >
            {m.arrived}
          </BigButton>
        </div>
      )}
      <ul className={styles.passengers}>
        {ordered.map((stop) => (
          <Passenger key={stop.stop_id} stop={stop} label={label} vehicleId={vehicleId} main={halt.arrived} />
        ))}
      </ul>
    </section>
  );
}

function isPickup(stop: Stop): boolean {
  return stop.action === 'STOP_ACTION_PICKUP';
}

interface PassengerProps {
  stop: Stop;
  label: string;
  vehicleId: string;
  /** The vehicle is there: this is what comes next. */
  main: boolean;
}

function Passenger({ stop, label, vehicleId, main }: PassengerProps) {
  const m = useWords();
  const format = useDriverFormat();
  const driver = useDriver();
  const now = useNow();
  const [asking, setAsking] = useState(false);
  const { pickup_window: window, latest_arrival: latest } = stop.promise ?? {};
  const early = window?.earliest && Date.parse(window.earliest) > now ? window.earliest : null;
  const waits = window?.latest && Date.parse(window.latest) > now ? window.latest : null;
  const report = (kind: 'board' | 'no_show' | 'alight') =>
    driver.report({ kind, vehicle_id: vehicleId, ride_id: stop.ride_id }, label);
  const who = whoIs(stop.party, m);
  if (!isPickup(stop))
    return (
      <li>
        <p className={styles.who}>
          <LogOut aria-hidden="true" />
          <span>
            <strong>{m.getsOff(who)}</strong>
            {latest && <small>{m.by(format.time(latest))}</small>}
          </span>
        </p>
        <BigButton kind={main ? 'main' : 'plain'} onClick={() => report('alight')}>
          {m.alighted}
        </BigButton>
      </li>
    );
  return (
    <li>
      <p className={styles.who}>
        <LogIn aria-hidden="true" />
        <span>
          <strong>{m.getsOn(who)}</strong>
          {stop.to && <small>{m.to(stop.to)}</small>}
          {window && (
            <small>{m.promised(format.time(window.earliest ?? ''), format.time(window.latest ?? ''))}</small>
          )}
        </span>
      </p>
      <div className={styles.choices}>
        <BigButton
          kind={main ? 'main' : 'plain'}
          notNow={early && m.notBefore(format.time(early))}
          onClick={() => report('board')}
        >
          {m.boarded}
        </BigButton>
        <BigButton
          icon={<UserX aria-hidden="true" />}
          notNow={waits && m.notBefore(format.time(waits))}
          onClick={() => setAsking(true)}
        >
          {m.noShow}
        </BigButton>
      </div>
      {asking && (
        <Sure
          title={m.noShowSure}
          yes={m.noShowYes}
          danger
          onBack={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            report('no_show');
          }}
        >
          <p>{m.noShowText}</p>
        </Sure>
      )}
    </li>
  );
}

function Halts({ title, halts }: { title: string; halts: readonly Halt[] }) {
  const m = useWords();
  const format = useDriverFormat();
  return (
    <section className={styles.list} aria-label={title}>
      <h2>{title}</h2>
      <ol>
        {halts.map((halt) => (
          <li key={halt.key}>
            <time dateTime={halt.time}>{format.time(halt.time)}</time>
            <div>
              <strong>{halt.label || m.someplace}</strong>
              {halt.breaks.map((pause) => (
                <small key={pause.stop_id}>{breakText(pause, m, format)}</small>
              ))}
              {halt.stops.map((stop) => (
                <small key={stop.stop_id}>
                  {isPickup(stop) ? m.getsOn(whoIs(stop.party, m)) : m.getsOff(whoIs(stop.party, m))}
                  {stop.missing && m.missing}
                </small>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
