import { Plus, Settings } from 'lucide-react';
import { useState } from 'react';
import type { WasteParkingSpace, WasteYard, WasteYardState } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { DataTable } from '@/components/DataTable';
import { Empty, Facts, PageFrame, Panel } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useSubAccounts } from '@/depot/sub_accounts';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { Ahead } from './Ahead';
import { messages } from './messages';
import { YardDialog } from './YardDialog';
import styles from './YardsPage.module.css';
import { CROWD_TONES, crowdOf, useSpaces, useYardState, useYards } from './yards';

type Opened = { yard: WasteYard | null } | null;

/** Recycling yards and parking spaces: how full they are now, and in the next hours. */
export default function YardsPage() {
  const m = useMessages(messages);
  const yards = useYards();
  const subAccounts = useSubAccounts();
  const spaces = useSpaces();
  const [opened, setOpened] = useState<Opened>(null);
  return (
    <PageFrame
      title={m.title}
      about={yards.data && m.count(yards.data.length)}
      actions={
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={!subAccounts.data?.length}
          onClick={() => setOpened({ yard: null })}
        >
          {m.newYard}
        </Button>
      }
    >
      {yards.isPending && <Loading />}
      {yards.isError && <Failure error={yards.error} onAgain={() => void yards.refetch()} />}
      {yards.data?.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {(yards.data ?? []).map((yard) => (
        <YardPanel key={yard.yard_id} yard={yard} onSettings={() => setOpened({ yard })} />
      ))}
      {spaces.isError && <Failure error={spaces.error} onAgain={() => void spaces.refetch()} />}
      {spaces.data && spaces.data.length > 0 && <Spaces spaces={spaces.data} />}
      {opened && (
        <YardDialog yard={opened.yard} subAccounts={subAccounts.data ?? []} onClose={() => setOpened(null)} />
      )}
    </PageFrame>
  );
}

function YardPanel({ yard, onSettings }: { yard: WasteYard; onSettings: () => void }) {
  const m = useMessages(messages);
  const state = useYardState(yard.yard_id);
  const name = yard.name || yard.yard_id;
  const crowd = state.data ? crowdOf(state.data) : null;
  return (
    <Panel>
      <div className={styles.heading}>
        <h2>{name}</h2>
        {crowd && <Badge tone={CROWD_TONES[crowd]}>{m[crowd]}</Badge>}
        {yard.public ? (
          <a href={`/yard/${encodeURIComponent(yard.yard_id)}`} target="_blank" rel="noreferrer">
            {m.publicPage}
          </a>
        ) : (
          <span className={styles.soft}>{m.notPublic}</span>
        )}
        <Button aria-label={m.settingsOf(name)} icon={<Settings aria-hidden="true" />} onClick={onSettings}>
          {m.settings}
        </Button>
      </div>
      {state.isPending && <Loading />}
      {state.isError && <Failure error={state.error} onAgain={() => void state.refetch()} />}
      {state.data && (
        <div className={styles.columns}>
          <Present yard={yard} state={state.data} />
          <Ahead hours={state.data.forecast} bays={yard.bay_count} />
        </div>
      )}
    </Panel>
  );
}

function Present({ yard, state }: { yard: WasteYard; state: WasteYardState }) {
  const m = useMessages(messages);
  const format = useFormat();
  const known = state.open && !state.stale;
  const [expected, most] = [secondsOf(state.waiting_duration), secondsOf(state.upper_90_waiting_duration)];
  const inside = Math.max(0, state.car_count - state.queue_count);
  const wait = expected > 0 ? m.about(format.duration(expected), format.duration(most)) : m.noWait;
  const queueSensors = yard.sensors.filter((sensor) => sensor.role === 'YARD_SENSOR_ROLE_QUEUE').length;
  const loops = yard.sensors.length - queueSensors;
  const counters = [
    ...(loops > 0 ? [m.loops(loops)] : []),
    ...(queueSensors > 0 ? [m.queueSensors(queueSensors)] : []),
  ];
  return (
    <div className={styles.column}>
      {known && (
        <div className={styles.bar} aria-hidden="true" data-full={state.occupancy_share >= 1 || undefined}>
          <span style={{ width: `${Math.min(1, state.occupancy_share) * 100}%` }} />
        </div>
      )}
      {state.open && state.stale && <p role="status">{m.stale}</p>}
      <Facts
        facts={[
          ...(known
            ? ([
                [m.cars, m.carsOf(format.number(inside), format.number(yard.bay_count))],
                [m.queue, format.number(state.queue_count)],
                [m.wait, wait],
              ] as const)
            : []),
          [m.measured, state.measure_time ? format.dayAndTime(state.measure_time) : m.never],
          [m.counted, counters.length > 0 ? counters.join(', ') : m.noSensors],
        ]}
      />
      {known && expected > 0 && (
        <div>
          <Why title={m.whyWait}>
            <p>{m.whyText}</p>
            <Facts
              facts={[
                [m.whyFull, m.carsOf(format.number(inside), format.number(yard.bay_count))],
                [m.whyQueue, format.number(state.queue_count)],
                [m.whyThroughput, format.number(Math.round(state.throughput_per_hour * 10) / 10)],
              ]}
            />
          </Why>
        </div>
      )}
    </div>
  );
}

function Spaces({ spaces }: { spaces: readonly WasteParkingSpace[] }) {
  const m = useMessages(messages);
  const format = useFormat();
  const known = spaces.filter((space) => space.occupied !== undefined);
  return (
    <Panel title={m.spaces}>
      <p>{m.freeOf(known.filter((space) => !space.occupied).length, spaces.length)}</p>
      <DataTable
        label={m.spaces}
        rows={spaces}
        rowId={(space) => space.parking_space_id}
        first={{ id: 'space' }}
        columns={[
          {
            id: 'space',
            header: m.space,
            cell: (space) => space.name || space.parking_space_id,
            order: (space) => space.name || space.parking_space_id,
          },
          {
            id: 'state',
            header: m.state,
            cell: (space) => {
              if (space.occupied === undefined) return <Badge tone="warn">{m.unknown}</Badge>;
              return (
                <Badge tone={space.occupied ? 'plain' : 'good'}>{space.occupied ? m.occupied : m.free}</Badge>
              );
            },
            order: (space) => (space.occupied === undefined ? 2 : Number(space.occupied)),
          },
          {
            id: 'measured',
            header: m.measured,
            cell: (space) => (space.measure_time ? format.dayAndTime(space.measure_time) : m.never),
            order: (space) => space.measure_time ?? '',
          },
        ]}
      />
    </Panel>
  );
}
