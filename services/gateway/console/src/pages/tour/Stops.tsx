import { ArrowDown, ArrowUp, Lock, LockOpen, X } from 'lucide-react';
import { useState } from 'react';
import type { WasteTour, WasteTourStop } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Badge } from '@/components/Badge';
import { Button, IconButton } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { SelectField, TextField } from '@/components/Field';
import { Panel } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { urgency, useContainerStates, useSiteName } from '@/pages/containers/containers';
import { messages as containerMessages } from '@/pages/containers/messages';
import { messages as mapMessages } from '@/pages/map/messages';
import { isDone, useSentence } from '@/pages/tours/tours';
import { messages } from './messages';
import styles from './TourPage.module.css';
import { type Edit, moved, useEdit } from './tour';

const LONGEST_REASON = 200;

/** The stops in their order, each with why it is there; and what can be changed about them. */
export function Stops({ tour }: { tour: WasteTour }) {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const sentence = useSentence();
  const [reason, setReason] = useState('');
  const edit = useEdit(tour, () => say('good', m.changed));
  const isProposed = tour.state === 'TOUR_STATE_PROPOSED';
  const isTold = tour.state === 'TOUR_STATE_APPROVED' || tour.state === 'TOUR_STATE_STARTED';
  const mayChange = !edit.isPending && (isProposed || (isTold && reason.trim() !== ''));
  const change = (wanted: Edit) => edit.mutate({ edit: wanted, reason: reason.trim() });

  function changing(stop: WasteTourStop) {
    const index = tour.stops.indexOf(stop);
    const [earlier, later] = [moved(tour.stops, index, -1), moved(tour.stops, index, 1)];
    return (
      <span className={styles.changing}>
        <IconButton
          label={m.up(stop.name)}
          disabled={!mayChange || !earlier}
          onClick={() => earlier && change(earlier)}
        >
          <ArrowUp aria-hidden="true" />
        </IconButton>
        <IconButton
          label={m.down(stop.name)}
          disabled={!mayChange || !later}
          onClick={() => later && change(later)}
        >
          <ArrowDown aria-hidden="true" />
        </IconButton>
        <IconButton
          label={stop.locked ? m.unlock(stop.name) : m.lock(stop.name)}
          disabled={!mayChange || isDone(stop)}
          onClick={() => change({ lock: { stop_id: stop.stop_id, locked: !stop.locked } })}
        >
          {stop.locked ? <LockOpen aria-hidden="true" /> : <Lock aria-hidden="true" />}
        </IconButton>
        <IconButton
          label={m.remove(stop.name)}
          disabled={!mayChange || isDone(stop)}
          onClick={() => change({ remove: { stop_id: stop.stop_id } })}
        >
          <X aria-hidden="true" />
        </IconButton>
      </span>
    );
  }

  const columns: readonly Column<WasteTourStop>[] = [
    {
      id: 'time',
      header: m.time,
      cell: (stop) => format.time(stop.arrived_time ?? stop.begin_time ?? ''),
    },
    {
      id: 'place',
      header: m.place,
      cell: (stop) => (
        <>
          <strong>{stop.name}</strong> {stop.locked && <Badge tone="accent">{m.locked}</Badge>}
        </>
      ),
    },
    {
      id: 'what',
      header: m.what,
      minor: true,
      cell: (stop) => (stop.plant_id ? m.plant : wordFor(words.fraction, stop.fraction)),
    },
    {
      id: 'amount',
      header: m.amount,
      numeric: true,
      minor: true,
      cell: (stop) =>
        stop.plant_id ? '–' : m.loadValue(format.number(stop.weight_kg), format.number(stop.volume_l)),
    },
    { id: 'state', header: m.state, minor: true, cell: (stop) => <StopState stop={stop} /> },
    {
      id: 'why',
      header: m.reasons,
      cell: (stop) =>
        stop.reason && (
          <Why title={m.whyStop(stop.name)}>
            <p>{sentence(stop.reason)}</p>
          </Why>
        ),
    },
    ...(isProposed || isTold
      ? [{ id: 'changing', header: m.actions, minor: true, cell: changing } satisfies Column<WasteTourStop>]
      : []),
  ];

  return (
    <Panel title={m.stops}>
      {isTold && (
        <TextField
          label={m.changeReason}
          hint={m.changeReasonHint}
          value={reason}
          onChange={setReason}
          maxLength={LONGEST_REASON}
        />
      )}
      {edit.isError && <Failure error={edit.error} />}
      <DataTable label={m.stops} columns={columns} rows={tour.stops} rowId={(stop) => stop.stop_id} />
      {(isProposed || isTold) && (
        <AddContainer
          tour={tour}
          mayChange={mayChange}
          onAdd={(container_id) => change({ add: { container_id } })}
        />
      )}
    </Panel>
  );
}

function StopState({ stop }: { stop: WasteTourStop }) {
  const m = useMessages(messages);
  const state = wordFor(m.states, stop.state);
  if (stop.state !== 'TOUR_STOP_STATE_BLOCKED') {
    return isDone(stop) ? <Badge tone="good">{state}</Badge> : state;
  }
  return (
    <>
      <Badge tone="bad">{state}</Badge> {wordFor(m.blocked, stop.blocked_reason)} {stop.note?.text}
    </>
  );
}

interface AddProps {
  tour: WasteTour;
  mayChange: boolean;
  onAdd: (containerId: string) => void;
}

function AddContainer({ tour, mayChange, onAdd }: AddProps) {
  const m = useMessages(messages);
  const list = useMessages(containerMessages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const siteName = useSiteName();
  const states = useContainerStates();
  const [chosen, setChosen] = useState('');
  const aboard = new Set(tour.stops.map((stop) => stop.container_id));
  const fractions = new Set(tour.stops.flatMap((stop) => (stop.container_id ? [stop.fraction] : [])));
  const others = (states.data ?? [])
    .filter((state) => state.depot_id === tour.depot_id && !aboard.has(state.container_id))
    .filter((state) => fractions.size === 0 || fractions.has(state.fraction))
    .sort((one, other) => urgency(one) - urgency(other));
  const current = others.some((state) => state.container_id === chosen) ? chosen : '';
  if (states.isError) return <Failure error={states.error} onAgain={() => void states.refetch()} />;
  return (
    <div className={styles.adding}>
      <SelectField
        label={m.add}
        hint={m.addHint}
        value={current}
        options={[
          { value: '', label: m.choose },
          ...others.map((state) => ({
            value: state.container_id,
            label: [
              siteName(state.site_id),
              wordFor(words.fraction, state.fraction),
              wordFor(list.ampel, state.ampel),
              state.latest ? format.percent(state.latest.level_share) : '–',
            ].join(' · '),
          })),
        ]}
        onChange={setChosen}
      />
      <Button disabled={!mayChange || !current} onClick={() => onAdd(current)}>
        {m.addButton}
      </Button>
    </div>
  );
}
