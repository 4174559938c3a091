import { useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { WasteContainerState } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { type Column, DataTable } from '@/components/DataTable';
import { SelectField, TextField } from '@/components/Field';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as mapMessages } from '@/pages/map/messages';
import { AmpelSign, LevelBar } from './AmpelSign';
import styles from './ContainersPage.module.css';
import {
  AMPELS,
  containerMatches,
  isWell,
  urgency,
  useContainerStates,
  useDeviceStates,
  useSiteName,
  worstDevice,
} from './containers';
import { messages } from './messages';

/** Every container, the most urgent first. What is chosen is in the address, so that it can be passed on. */
export default function ContainersPage() {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const navigate = useNavigate();
  const siteName = useSiteName();
  const states = useContainerStates();
  const devices = useDeviceStates();
  const [query, setQuery] = useSearchParams();
  const [text, setText] = useState('');
  const ampel = query.get('ampel') ?? '';
  const fraction = query.get('fraction') ?? '';
  const sensor = query.get('sensor') ?? '';

  function change(name: string, value: string) {
    setQuery(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  }

  const fractions = [...new Set((states.data ?? []).map((state) => state.fraction))].sort();
  const shown = (states.data ?? []).filter((state) => {
    if (!containerMatches(state, siteName(state.site_id), { ampel, fraction, text })) return false;
    if (!sensor || !devices.data) return true;
    const device = worstDevice(devices.data, state.container_id);
    return device ? !isWell(device) : state.reason === 'AMPEL_REASON_NO_DEVICE';
  });
  const redCount = shown.filter((state) => state.ampel === 'AMPEL_RED').length;

  const columns = useMemo<readonly Column<WasteContainerState>[]>(
    () => [
      {
        id: 'ampel',
        header: m.ampelName,
        cell: (state) => <AmpelSign ampel={state.ampel} />,
        order: urgency,
      },
      {
        id: 'site',
        header: m.site,
        cell: (state) => (
          <>
            <strong className={styles.site}>{siteName(state.site_id)}</strong>
            <small className={styles.fraction}>{wordFor(words.fraction, state.fraction)}</small>
          </>
        ),
        order: (state) => siteName(state.site_id),
      },
      {
        id: 'fraction',
        header: m.fractionName,
        minor: true,
        cell: (state) => wordFor(words.fraction, state.fraction),
        order: (state) => wordFor(words.fraction, state.fraction),
      },
      {
        id: 'level',
        header: m.level,
        cell: (state) =>
          state.latest ? (
            <LevelBar share={state.latest.level_share} written={format.percent(state.latest.level_share)} />
          ) : (
            '–'
          ),
        order: (state) => state.latest?.level_share ?? -1,
      },
      {
        id: 'overflow',
        header: m.overflow,
        numeric: true,
        minor: true,
        cell: (state) =>
          state.overflow_probability === undefined ? '–' : format.percent(state.overflow_probability),
        order: (state) => state.overflow_probability ?? -1,
      },
      {
        id: 'full',
        header: m.full,
        minor: true,
        cell: (state) => {
          if (state.expected_full_time) return format.dayAndTime(state.expected_full_time);
          return state.overflow_probability === undefined ? '–' : m.notWithin;
        },
        order: (state) => state.expected_full_time ?? '9',
      },
      {
        id: 'measured',
        header: m.measured,
        minor: true,
        cell: (state) => (state.latest?.measure_time ? format.dayAndTime(state.latest.measure_time) : '–'),
        order: (state) => state.latest?.measure_time ?? '',
      },
      {
        id: 'sensor',
        header: m.sensor,
        minor: true,
        cell: (state) => {
          if (state.reason === 'AMPEL_REASON_NO_DEVICE') return <Badge tone="warn">{m.noSensor}</Badge>;
          const device = worstDevice(devices.data ?? [], state.container_id);
          if (!device) return '–';
          const worst = device.health[0] ?? 'DEVICE_HEALTH_UNSPECIFIED';
          return isWell(device) ? (
            wordFor(m.health, worst)
          ) : (
            <Badge tone="warn">{wordFor(m.health, worst)}</Badge>
          );
        },
      },
    ],
    [m, words, format, siteName, devices.data],
  );

  return (
    <PageFrame
      title={m.title}
      about={states.data && `${m.count(shown.length)} · ${m.red(redCount)}`}
      actions={
        <>
          <SelectField
            label={m.ampelName}
            hideLabel
            value={ampel}
            options={[
              { value: '', label: `${m.ampelName}: ${m.all}` },
              ...AMPELS.map((value) => ({ value, label: wordFor(m.ampel, value) })),
            ]}
            onChange={(value) => change('ampel', value)}
          />
          <SelectField
            label={m.fractionName}
            hideLabel
            value={fraction}
            options={[
              { value: '', label: `${m.fractionName}: ${m.all}` },
              ...fractions.map((value) => ({ value, label: wordFor(words.fraction, value) })),
            ]}
            onChange={(value) => change('fraction', value)}
          />
          <SelectField
            label={m.sensor}
            hideLabel
            value={sensor}
            options={[
              { value: '', label: m.anySensor },
              { value: 'faulty', label: m.faultySensor },
            ]}
            onChange={(value) => change('sensor', value)}
          />
          <TextField
            label={m.search}
            hideLabel
            type="search"
            placeholder={m.searchHint}
            value={text}
            onChange={setText}
          />
        </>
      }
    >
      {states.isPending && <Loading />}
      {states.isError && <Failure error={states.error} onAgain={() => void states.refetch()} />}
      {devices.isError && states.data && <p role="status">{m.noSensorStates}</p>}
      {states.data?.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {states.data && states.data.length > 0 && shown.length === 0 && (
        <Empty title={m.noMatch}>
          <p>{m.noMatchHint}</p>
        </Empty>
      )}
      {shown.length > 0 && (
        <DataTable
          label={m.list}
          columns={columns}
          rows={shown}
          rowId={(state) => state.container_id}
          first={{ id: 'ampel' }}
          onOpen={(state) => void navigate(`/containers/${encodeURIComponent(state.container_id)}`)}
        />
      )}
    </PageFrame>
  );
}
