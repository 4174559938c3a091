import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { WasteAlarm, WasteContainerState } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { SelectField } from '@/components/Field';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { useContainerStates, useSiteName } from '@/pages/containers/containers';
import { messages as mapMessages } from '@/pages/map/messages';
import { Acknowledging } from './Acknowledging';
import { isOpen, reasonOf, SHOWN, type Shown, STATE_TONES, useAlarms } from './alarms';
import { messages } from './messages';
import { Rules } from './Rules';

/** What needs somebody now, who was told of it, and the rules by which people are told. */
export default function AlarmsPage() {
  const m = useMessages(messages);
  const [query, setQuery] = useSearchParams();
  const wanted = query.get('show') ?? 'live';
  const shown: Shown = wanted in SHOWN ? (wanted as Shown) : 'live';
  const alarms = useAlarms(SHOWN[shown]);
  const open = (alarms.data ?? []).filter(isOpen).length;
  return (
    <PageFrame
      title={m.title}
      about={alarms.data && shown === 'live' && m.counts(open, alarms.data.length - open)}
      actions={
        <SelectField
          label={m.show}
          hideLabel
          value={shown}
          options={(['live', 'open', 'ended'] as const).map((value) => ({ value, label: m[value] }))}
          onChange={(value) => setQuery(value === 'live' ? {} : { show: value }, { replace: true })}
        />
      }
    >
      {alarms.isPending && <Loading />}
      {alarms.isError && <Failure error={alarms.error} onAgain={() => void alarms.refetch()} />}
      {alarms.data?.length === 0 && (
        <Empty title={shown === 'ended' ? m.noneEnded : m.none}>
          {shown !== 'ended' && <p>{m.noneHint}</p>}
        </Empty>
      )}
      {alarms.data && alarms.data.length > 0 && <AlarmTable alarms={alarms.data} />}
      <Rules />
    </PageFrame>
  );
}

function AlarmTable({ alarms }: { alarms: readonly WasteAlarm[] }) {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const siteName = useSiteName();
  const containers = useContainerStates().data;
  const [chosen, setChosen] = useState<WasteAlarm | null>(null);
  const byId = useMemo(
    () => new Map<string, WasteContainerState>(containers?.map((each) => [each.container_id, each])),
    [containers],
  );

  function place(alarm: WasteAlarm): string {
    const state = byId.get(alarm.container_id);
    return state
      ? `${siteName(state.site_id)} · ${wordFor(words.fraction, state.fraction)}`
      : alarm.container_id;
  }

  function tellings(alarm: WasteAlarm): string {
    const said = [alarm.told_count > 0 ? m.toldCount(alarm.told_count) : m.nobody];
    if (alarm.unreached_count > 0) said.push(m.unreached(alarm.unreached_count));
    if (alarm.escalate_time && isOpen(alarm)) said.push(m.next(format.time(alarm.escalate_time)));
    return said.join(', ');
  }

  function times(alarm: WasteAlarm): string {
    const since = format.dayAndTime(alarm.raise_time ?? '');
    return alarm.end_time ? `${since}, ${m.until(format.dayAndTime(alarm.end_time))}` : since;
  }

  const columns: readonly Column<WasteAlarm>[] = [
    {
      id: 'state',
      header: m.state,
      minor: true,
      cell: (alarm) => (
        <Badge tone={STATE_TONES[alarm.state] ?? 'plain'}>{wordFor(m.states, alarm.state)}</Badge>
      ),
      order: (alarm) => wordFor(m.states, alarm.state),
    },
    {
      id: 'what',
      header: m.what,
      cell: (alarm) => <strong>{wordFor(m.kinds, alarm.kind)}</strong>,
      order: (alarm) => wordFor(m.kinds, alarm.kind),
    },
    {
      id: 'where',
      header: m.where,
      cell: (alarm) => (
        <Link to={`/containers/${encodeURIComponent(alarm.container_id)}`}>{place(alarm)}</Link>
      ),
      order: place,
    },
    {
      id: 'since',
      header: m.since,
      minor: true,
      cell: times,
      order: (alarm) => alarm.raise_time ?? '',
    },
    {
      id: 'reason',
      header: m.reason,
      minor: true,
      cell: (alarm) => reasonOf(alarm, m, format) || '–',
    },
    { id: 'told', header: m.told, minor: true, cell: tellings, order: (alarm) => alarm.told_count },
    {
      id: 'acknowledge',
      header: m.acknowledge,
      cell: (alarm) =>
        isOpen(alarm) ? (
          <Button
            aria-label={m.acknowledgeOf(`${wordFor(m.kinds, alarm.kind)}, ${place(alarm)}`)}
            onClick={() => setChosen(alarm)}
          >
            {m.acknowledge}
          </Button>
        ) : (
          alarm.note || '–'
        ),
    },
  ];
  return (
    <>
      <DataTable
        label={m.list}
        columns={columns}
        rows={alarms}
        rowId={(alarm) => alarm.alarm_id}
        first={{ id: 'since', descending: true }}
      />
      {chosen && (
        <Acknowledging
          alarm={chosen}
          what={`${wordFor(m.kinds, chosen.kind)}, ${place(chosen)}`}
          onClose={() => setChosen(null)}
        />
      )}
    </>
  );
}
