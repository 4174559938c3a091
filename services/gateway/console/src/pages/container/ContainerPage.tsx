import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { client, newKey, told } from '@/api/client';
import type { WasteContainerState } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { DataTable } from '@/components/DataTable';
import { Facts, PageFrame, Panel } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import { AmpelSign } from '@/pages/containers/AmpelSign';
import { isWell, useDeviceStates, useSiteName } from '@/pages/containers/containers';
import { messages as listMessages } from '@/pages/containers/messages';
import { messages as mapMessages } from '@/pages/map/messages';
import { Alarms } from './Alarms';
import styles from './ContainerPage.module.css';
import { useContainer, useContainerState, useForecast, useLevels, useLifts } from './course';
import { LevelPlot } from './LevelPlot';
import { messages } from './messages';

/** As the service takes it where nothing else is set. */
const USUAL_CRITICAL_SHARE = 0.8;
const TABLE_HOURS = 6;

/** One container: how full, how it came to that, what is to come, and who says so. */
export default function ContainerPage() {
  const { containerId = '' } = useParams();
  const m = useMessages(messages);
  const state = useContainerState(containerId);
  if (state.isPending) return <Loading />;
  if (!state.data?.state) {
    return (
      <PageFrame title={m.title} about={<Link to="/containers">{m.all}</Link>}>
        <Failure error={state.error} onAgain={() => void state.refetch()} />
      </PageFrame>
    );
  }
  return <Shown state={state.data.state} />;
}

function Shown({ state }: { state: WasteContainerState }) {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const siteName = useSiteName();
  const container = useContainer(state.container_id, state.site_id).data;
  const critical = container?.critical_level_share || USUAL_CRITICAL_SHARE;
  const { latest, overflow_probability } = state;
  const level = latest ? format.percent(latest.level_share) : '–';
  const unforeseen = overflow_probability === undefined ? '–' : m.notWithin;
  const full = state.expected_full_time ? format.dayAndTime(state.expected_full_time) : unforeseen;
  const probability = overflow_probability === undefined ? '–' : format.percent(overflow_probability);
  return (
    <PageFrame
      title={`${siteName(state.site_id)} · ${wordFor(words.fraction, state.fraction)}`}
      about={
        <>
          <Link to="/containers">{m.all}</Link> {' · '} <AmpelSign ampel={state.ampel} />
        </>
      }
      actions={<Urgent containerId={state.container_id} />}
    >
      <Course state={state} critical={critical} label={m.plotLabel(level, full)} />
      <div className={styles.panels}>
        <Panel title={m.now}>
          <Facts
            facts={[
              [m.level, level],
              [m.volume, latest ? m.litres(format.number(latest.volume_l)) : '–'],
              [m.measured, latest?.measure_time ? format.dayAndTime(latest.measure_time) : '–'],
              [m.full, full],
              [m.overflow, probability],
              [m.lastLift, state.latest_lift_time ? format.dayAndTime(state.latest_lift_time) : '–'],
              [m.number, state.container_id],
            ]}
          />
          <div>
            <Why title={m.why}>
              <p>{wordFor(words.reason, state.reason)}</p>
              <Facts
                facts={[
                  [m.whyLevel, level],
                  [m.whyCritical, format.percent(critical)],
                  [m.whyOverflow, probability],
                  [m.since, state.ampel_since ? format.dayAndTime(state.ampel_since) : '–'],
                ]}
              />
            </Why>
          </div>
        </Panel>
        <Alarms containerId={state.container_id} />
        <Sensors containerId={state.container_id} hasDevice={state.reason !== 'AMPEL_REASON_NO_DEVICE'} />
        <Lifts containerId={state.container_id} />
      </div>
    </PageFrame>
  );
}

function Course({ state, critical, label }: { state: WasteContainerState; critical: number; label: string }) {
  const m = useMessages(messages);
  const format = useFormat();
  const levels = useLevels(state.container_id);
  const forecast = useForecast(state.container_id);
  const lifts = useLifts(state.container_id).data ?? [];
  const hours = forecast.data ?? [];
  return (
    <Panel title={m.course}>
      {(levels.isPending || forecast.isPending) && <Loading />}
      {levels.isError && <Failure error={levels.error} onAgain={() => void levels.refetch()} />}
      {forecast.isError && <Failure error={forecast.error} onAgain={() => void forecast.refetch()} />}
      {levels.data?.length === 0 && <p>{m.noLevels}</p>}
      {forecast.data?.length === 0 && <p>{m.noForecast}</p>}
      {((levels.data?.length ?? 0) > 0 || hours.length > 0) && (
        <LevelPlot
          levels={levels.data ?? []}
          hours={hours}
          lifts={lifts}
          criticalShare={critical}
          label={label}
        />
      )}
      {hours.length > 0 && (
        <details className={styles.hours}>
          <summary>{m.asTable}</summary>
          <DataTable
            label={m.asTable}
            rows={hours.filter((_, index) => (index + 1) % TABLE_HOURS === 0)}
            rowId={(hour) => hour.time ?? ''}
            columns={[
              { id: 'time', header: m.time, cell: (hour) => format.dayAndTime(hour.time ?? '') },
              {
                id: 'expected',
                header: m.expected,
                numeric: true,
                cell: (hour) => format.percent(hour.median_share),
              },
              {
                id: 'between',
                header: m.between,
                numeric: true,
                cell: (hour) =>
                  m.range(format.percent(hour.lower_80_share), format.percent(hour.upper_80_share)),
              },
              {
                id: 'probability',
                header: m.probability,
                numeric: true,
                cell: (hour) => format.percent(hour.overflow_probability),
              },
            ]}
          />
        </details>
      )}
    </Panel>
  );
}

function Sensors({ containerId, hasDevice }: { containerId: string; hasDevice: boolean }) {
  const m = useMessages(messages);
  const list = useMessages(listMessages);
  const format = useFormat();
  const devices = useDeviceStates();
  const own = (devices.data ?? []).filter((device) => device.container_id === containerId);
  return (
    <Panel title={m.sensors}>
      {devices.isPending && <Loading />}
      {devices.isError && <Failure error={devices.error} onAgain={() => void devices.refetch()} />}
      {devices.data && own.length === 0 && <p>{hasDevice ? m.notJudged : m.noSensors}</p>}
      {own.map((device) => (
        <Facts
          key={device.device_id}
          facts={[
            [m.sensor, device.device_id],
            [
              m.state,
              <Badge key="state" tone={isWell(device) ? 'good' : 'warn'}>
                {device.health.map((each) => wordFor(list.health, each)).join(', ')}
              </Badge>,
            ],
            [m.battery, device.battery_share === undefined ? '–' : format.percent(device.battery_share)],
            [m.heard, device.latest_reading_time ? format.dayAndTime(device.latest_reading_time) : '–'],
          ]}
        />
      ))}
    </Panel>
  );
}

function Lifts({ containerId }: { containerId: string }) {
  const m = useMessages(messages);
  const format = useFormat();
  const lifts = useLifts(containerId);
  return (
    <Panel title={m.lifts}>
      {lifts.isPending && <Loading />}
      {lifts.isError && <Failure error={lifts.error} onAgain={() => void lifts.refetch()} />}
      {lifts.data?.length === 0 && <p>{m.noLifts}</p>}
      {lifts.data && lifts.data.length > 0 && (
        <DataTable
          label={m.liftList}
          rows={lifts.data}
          rowId={(lift) => lift.lift_time ?? ''}
          columns={[
            { id: 'time', header: m.lifted, cell: (lift) => format.dayAndTime(lift.lift_time ?? '') },
            { id: 'source', header: m.source, cell: (lift) => wordFor(m.sources, lift.source) },
            {
              id: 'before',
              header: m.before,
              numeric: true,
              cell: (lift) => (lift.before_share === undefined ? '–' : format.percent(lift.before_share)),
            },
            {
              id: 'weight',
              header: m.weight,
              numeric: true,
              cell: (lift) => {
                const written = format.number(Math.round(lift.weight_kg));
                return lift.weighed ? m.weighed(written) : m.estimated(written);
              },
            },
          ]}
        />
      )}
    </Panel>
  );
}

/** Puts it on a tour of today that is driven already, or is about to be; says why where no truck can. */
function Urgent({ containerId }: { containerId: string }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const queries = useQueryClient();
  const urgent = useMutation({
    mutationFn: async (key: string) =>
      told(
        await client.POST('/v1/containers/{container_id}/urgent', {
          params: { path: { container_id: containerId }, header: { 'Idempotency-Key': key } },
          body: {},
        }),
      ),
    onSuccess: ({ tour, reason }) => {
      void queries.invalidateQueries({ queryKey: ['tours'] });
      const why = language === 'de' ? reason?.german : reason?.english;
      say(tour ? 'good' : 'bad', tour ? m.urgentDone : (why ?? ''), tour ? why : undefined);
    },
  });
  return (
    <>
      {urgent.isError && <Failure error={urgent.error} />}
      {urgent.data?.tour && (
        <Link to={`/tours/${encodeURIComponent(urgent.data.tour.tour_id)}`}>{m.toTour}</Link>
      )}
      <Button disabled={urgent.isPending} onClick={() => urgent.mutate(newKey())}>
        {m.urgent}
      </Button>
    </>
  );
}
