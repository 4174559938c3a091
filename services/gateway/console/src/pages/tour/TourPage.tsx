import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { WasteTour, WasteTourChange } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { Facts, PageFrame, Panel } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as listMessages } from '@/pages/tours/messages';
import { isDone, STATE_TONES, useApprove, useSentence } from '@/pages/tours/tours';
import { messages } from './messages';
import { Stops } from './Stops';
import styles from './TourPage.module.css';
import { useEnd, useSheet, useTour } from './tour';

const LONGEST_REASON = 200;

/** One tour: what it does and why, and what a dispatcher decides about it. */
export default function TourPage() {
  const { tourId = '' } = useParams();
  const m = useMessages(messages);
  const found = useTour(tourId);
  if (found.isPending) return <Loading />;
  if (!found.data?.tour) {
    return (
      <PageFrame title={m.title} about={<Link to="/tours">{m.all}</Link>}>
        <Failure error={found.error} onAgain={() => void found.refetch()} />
      </PageFrame>
    );
  }
  return <Shown tour={found.data.tour} changes={found.data.changes} />;
}

function Shown({ tour, changes }: { tour: WasteTour; changes: readonly WasteTourChange[] }) {
  const m = useMessages(messages);
  const list = useMessages(listMessages);
  const format = useFormat();
  const time = (instant: string | undefined) => (instant ? format.time(instant) : '–');
  const sum = (of: 'weight_kg' | 'volume_l') =>
    format.number(tour.stops.reduce((all, stop) => all + (stop.container_id ? stop[of] : 0), 0));
  const isUnderWay = tour.state === 'TOUR_STATE_STARTED';
  const doneCount = tour.stops.filter(isDone).length;
  const facts: (readonly [string, string])[] = [
    [m.leaves, time(tour.start_time ?? tour.leave_time)],
    [m.back, time(tour.close_time ?? tour.back_time)],
    [m.distance, format.distance(tour.distance_m)],
    [m.driving, format.duration(secondsOf(tour.driving_duration))],
    [m.load, m.loadValue(sum('weight_kg'), sum('volume_l'))],
    [m.done, list.doneOf(doneCount, tour.stops.length)],
  ];
  const next = tour.stops.find((stop) => !isDone(stop));
  if (isUnderWay && next)
    facts.push([m.next, m.nextAt(next.name, time(next.arrived_time ?? next.begin_time))]);
  if (tour.rest) {
    const length = format.duration(secondsOf(tour.rest.duration));
    facts.push([m.rest, m.restValue(time(tour.rest.begin_time), length)]);
  }
  if (tour.end_reason) facts.push([m.ended, tour.end_reason]);
  return (
    <PageFrame
      title={m.titleOf(tour.truck_id, format.longDay(`${tour.service_date}T12:00:00Z`))}
      about={
        <>
          <Link to={`/tours?day=${tour.service_date}`}>{m.all}</Link> {' · '}
          <Badge tone={STATE_TONES[tour.state] ?? 'plain'}>{wordFor(list.states, tour.state)}</Badge>
        </>
      }
      actions={<Decisions tour={tour} />}
    >
      <Panel title={m.overview}>
        {isUnderWay && (
          <progress
            className={styles.progress}
            aria-label={m.done}
            value={doneCount}
            max={Math.max(1, tour.stops.length)}
          />
        )}
        <Facts facts={facts} />
      </Panel>
      <Stops tour={tour} />
      <History changes={changes} tour={tour} />
    </PageFrame>
  );
}

function Decisions({ tour }: { tour: WasteTour }) {
  const m = useMessages(messages);
  const [ending, setEnding] = useState(false);
  const approve = useApprove(() => say('good', m.approved));
  const sheet = useSheet(tour.tour_id);
  const isProposed = tour.state === 'TOUR_STATE_PROPOSED';
  const goesOn = isProposed || tour.state === 'TOUR_STATE_APPROVED' || tour.state === 'TOUR_STATE_STARTED';
  return (
    <>
      {approve.isError && <Failure error={approve.error} />}
      {sheet.isError && <Failure error={sheet.error} />}
      {goesOn && <Button onClick={() => setEnding(true)}>{isProposed ? m.reject : m.cancel}</Button>}
      <Button disabled={sheet.isPending} onClick={() => sheet.mutate()}>
        {m.print}
      </Button>
      {isProposed && (
        <Button kind="main" disabled={approve.isPending} onClick={() => approve.mutate([tour])}>
          {m.approve}
        </Button>
      )}
      {ending && <EndDialog tour={tour} onClose={() => setEnding(false)} />}
    </>
  );
}

function EndDialog({ tour, onClose }: { tour: WasteTour; onClose: () => void }) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const [reason, setReason] = useState('');
  const isProposed = tour.state === 'TOUR_STATE_PROPOSED';
  const end = useEnd(tour, () => {
    say('good', isProposed ? m.rejected : m.cancelled);
    onClose();
  });
  return (
    <Modal
      open
      onClose={onClose}
      title={isProposed ? m.reject : m.cancel}
      description={isProposed ? m.rejectText : m.cancelText}
      actions={
        <>
          <Button onClick={onClose}>{common.back}</Button>
          <Button
            kind="danger"
            disabled={!reason.trim() || end.isPending}
            onClick={() => end.mutate(reason.trim())}
          >
            {isProposed ? m.reject : m.cancel}
          </Button>
        </>
      }
    >
      <TextField label={m.reason} value={reason} onChange={setReason} maxLength={LONGEST_REASON} />
      {end.isError && <Failure error={end.error} />}
    </Modal>
  );
}

function History({ changes, tour }: { changes: readonly WasteTourChange[]; tour: WasteTour }) {
  const m = useMessages(messages);
  const format = useFormat();
  const sentence = useSentence();
  const nameOf = (stopId: string) => tour.stops.find((stop) => stop.stop_id === stopId)?.name ?? stopId;
  const written = changes.map((change) =>
    [
      change.time ? format.dayAndTime(change.time) : '',
      wordFor(m.changes, change.kind),
      change.stop_id ? nameOf(change.stop_id) : '',
      change.reason ? sentence(change.reason) : '',
    ]
      .filter(Boolean)
      .join(' · '),
  );
  return (
    <Panel title={m.history}>
      <ol className={styles.history}>
        {written.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: changes are only ever added behind the last
          <li key={index}>{line}</li>
        ))}
      </ol>
    </Panel>
  );
}
