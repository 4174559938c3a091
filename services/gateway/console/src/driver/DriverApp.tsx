import { Settings, Wifi, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button, IconButton } from '@/components/Button';
import { LANGUAGES, useLanguage } from '@/i18n/language';
import { BigButton } from './BigButton';
import { BreakdownButton, BreakdownTold } from './Breakdown';
import { breakdownNow } from './breakdown';
import styles from './driver.module.css';
import type { Work } from './manifest_feed';
import { QueuePanel } from './QueuePanel';
import { RidesView } from './RidesView';
import { SignIn } from './SignIn';
import { Sure } from './Sure';
import { TourView } from './TourView';
import { UndoBar } from './UndoBar';
import { useDriver, useDriverFormat, useQueue, useShown, useWords } from './use_driver';
import { useWakeLock } from './wake_lock';

export function DriverApp() {
  const m = useWords();
  const { phase, work, session } = useShown();
  const driver = useDriver();
  useEffect(() => {
    document.title = `${work?.name ?? m.title} – Landlinie`;
  }, [work, m]);
  switch (phase) {
    case 'opening':
      return (
        <main className={styles.page}>
          <p role="status">{m.opening}</p>
        </main>
      );
    case 'no_line':
      return (
        <main className={styles.page}>
          <section className={styles.card}>
            <h1>{m.noLine}</h1>
            <p>{m.noLineText}</p>
            <BigButton kind="main" onClick={() => void driver.ask()}>
              {m.again}
            </BigButton>
          </section>
        </main>
      );
    case 'signed_out':
      return (
        <main className={styles.page}>
          <SignIn />
          <Languages />
        </main>
      );
    case 'choosing':
      return (
        <main className={styles.page}>
          <Choosing />
        </main>
      );
    case 'working':
      return work && session && <Working work={work} />;
  }
}

function Working({ work }: { work: Work }) {
  const { plan, tour } = useShown();
  return (
    <main className={styles.page}>
      <Header work={work} />
      <QueuePanel />
      {work.kind === 'vehicle' && plan && <RidesView plan={plan} work={work} />}
      {work.kind === 'tour' && tour && <TourView kept={tour} work={work} />}
      {!(work.kind === 'vehicle' ? plan : tour) && <NothingYet work={work} />}
      <UndoBar />
    </main>
  );
}

/** What can be told and done before the plan has come. */
function NothingYet({ work }: { work: Work }) {
  const m = useWords();
  const { line } = useShown();
  const { reports } = useQueue();
  const broken = breakdownNow(reports, work.vehicle_id, { received: 0, goesOn: true });
  return (
    <>
      <p role="status">{line === 'interrupted' ? m.noLineText : m.opening}</p>
      {broken ? <BreakdownTold report={broken} work={work} /> : <BreakdownButton work={work} />}
    </>
  );
}

function Header({ work }: { work: Work }) {
  const m = useWords();
  const format = useDriverFormat();
  const { line, plan, tour } = useShown();
  const [open, setOpen] = useState(false);
  const received = work.kind === 'vehicle' ? plan?.received : tour?.received;
  return (
    <header className={styles.header}>
      <div>
        <h1>{work.name}</h1>
        <p role="status">
          <Badge tone={line === 'open' ? 'good' : 'warn'}>
            {line === 'open' ? <Wifi aria-hidden="true" /> : <WifiOff aria-hidden="true" />} {m.line[line]}
          </Badge>
          {line !== 'open' && received !== undefined && (
            <small>{m.asOf(format.time(new Date(received)))}</small>
          )}
        </p>
      </div>
      <IconButton label={m.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Settings aria-hidden="true" />
      </IconButton>
      {/* Mounted also while it is not shown: it keeps the screen on. */}
      <SettingsPanel hidden={!open} />
    </header>
  );
}

function Languages() {
  const m = useWords();
  const { language, choose } = useLanguage();
  return (
    <fieldset className={styles.languages}>
      <legend className="only-read-aloud">{m.language}</legend>
      {LANGUAGES.map((name) => (
        <Button
          key={name}
          kind={name === language ? 'main' : 'plain'}
          aria-pressed={name === language}
          onClick={() => choose(name)}
        >
          {name.toUpperCase()}
        </Button>
      ))}
    </fieldset>
  );
}

function SettingsPanel({ hidden }: { hidden: boolean }) {
  const m = useWords();
  const driver = useDriver();
  const { works } = useShown();
  const { reports } = useQueue();
  const awake = useWakeLock();
  const [asking, setAsking] = useState(false);
  const waiting = reports.filter((report) => report.state === 'waiting').length;
  return (
    <div className={styles.settings} hidden={hidden}>
      <Languages />
      <label>
        <input
          type="checkbox"
          checked={awake.possible && awake.wanted}
          disabled={!awake.possible}
          onChange={(event) => awake.choose(event.target.checked)}
        />{' '}
        {m.stayAwake}
        {!awake.possible && m.awakeImpossible}
      </label>
      <div className={styles.choices}>
        {works.length > 1 && <Button onClick={() => void driver.choose(null)}>{m.otherWork}</Button>}
        <Button onClick={() => (waiting > 0 ? setAsking(true) : void driver.quit())}>{m.signOut}</Button>
      </div>
      {asking && (
        <Sure
          title={m.signOut}
          yes={m.signOut}
          danger
          onBack={() => setAsking(false)}
          onYes={() => void driver.quit()}
        >
          <p>{m.signOutSure(waiting)}</p>
        </Sure>
      )}
    </div>
  );
}

function Choosing() {
  const m = useWords();
  const format = useDriverFormat();
  const driver = useDriver();
  const { works } = useShown();
  return (
    <section className={styles.card}>
      <h1>{m.choose}</h1>
      {works.length === 0 && <p>{m.nothingToDrive}</p>}
      {works.map((work) => (
        <BigButton
          key={work.kind === 'tour' ? work.tour_id : work.vehicle_id}
          onClick={() => void driver.choose(work)}
        >
          {work.name}
          <small>
            {work.kind === 'tour' ? m.tour(format.day(`${work.service_date}T12:00:00Z`)) : m.vehicle}
          </small>
        </BigButton>
      ))}
      <BigButton onClick={() => void driver.quit()}>{m.signOut}</BigButton>
    </section>
  );
}
