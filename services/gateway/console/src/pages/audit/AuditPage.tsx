import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { client, told } from '@/api/client';
import type { CommonAuditEntry } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { messages as appMessages } from '@/app/messages';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { DayPicker } from '@/components/DayPicker';
import { SelectField, TextField } from '@/components/Field';
import { messages as componentMessages } from '@/components/messages';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { instantOf, serviceDate } from '@/i18n/local_time';
import styles from './AuditPage.module.css';
import { callInWords, calls } from './calls';
import { messages } from './messages';

const SERVICES = ['pooling', 'journeys', 'ticketing', 'waste'] as const;
type Service = (typeof SERVICES)[number];

interface Wanted {
  service: Service;
  subject: string;
  entity: string;
  since: string;
}

async function load({ service, subject, entity, since }: Wanted, page_token: string) {
  const query = {
    start_time: since,
    page_size: 200,
    page_token,
    ...(subject ? { subject } : {}),
    ...(entity ? { entity_id: entity } : {}),
  };
  return told(await client.GET(`/v1/audit/${service}`, { params: { query } }));
}

/** The record of every change, service by service. */
export default function AuditPage() {
  const m = useMessages(messages);
  const app = useMessages(appMessages);
  const common = useMessages(componentMessages);
  const timeZone = useTimeZone();
  const [service, setService] = useState<Service>('pooling');
  const [subject, setSubject] = useState('');
  const [entity, setEntity] = useState('');
  const [date, setDate] = useState(() => serviceDate(new Date(), timeZone));
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const wanted: Wanted = {
    service,
    subject: useDeferredValue(subject.trim()),
    entity: useDeferredValue(entity.trim()),
    since: instantOf({ year, month, day, hour: 0, minute: 0 }, timeZone).toISOString(),
  };
  const entries = useInfiniteQuery({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam }) => load(wanted, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
  const rows = useMemo(() => entries.data?.pages.flatMap((page) => page.entries) ?? [], [entries.data]);
  const columns = useColumns(service);

  return (
    <PageFrame
      title={m.title}
      about={m.about}
      actions={
        <>
          <SelectField
            label={m.service}
            hideLabel
            value={service}
            options={SERVICES.map((value) => ({ value, label: app.services[value] }))}
            onChange={setService}
          />
          <TextField
            label={m.subject}
            hideLabel
            placeholder={`${m.subject}: ${m.subjectHint}`}
            value={subject}
            onChange={setSubject}
          />
          <TextField
            label={m.entity}
            hideLabel
            placeholder={`${m.entity}: ${m.entityHint}`}
            value={entity}
            onChange={setEntity}
          />
          <DayPicker value={date} onChange={setDate} />
        </>
      }
    >
      {entries.isPending && <Loading />}
      {entries.isError && <Failure error={entries.error} onAgain={() => void entries.refetch()} />}
      {entries.isSuccess && rows.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable label={m.title} columns={columns} rows={rows} rowId={(entry) => String(entry.number)} />
      )}
      {entries.hasNextPage && (
        <div>
          <Button disabled={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {common.more}
          </Button>
        </div>
      )}
    </PageFrame>
  );
}

function useColumns(service: Service): readonly Column<CommonAuditEntry>[] {
  const m = useMessages(messages);
  const words: Readonly<Record<string, string>> = useMessages(calls);
  const refusals: Readonly<Record<string, string>> = useMessages(componentMessages).refusals;
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'time',
        header: m.time,
        cell: (entry) => <span className={styles.whole}>{entry.time ? format.exact(entry.time) : '–'}</span>,
        order: (entry) => entry.number,
      },
      {
        id: 'subject',
        header: m.subject,
        cell: (entry) => entry.subject || '–',
        order: (entry) => entry.subject,
      },
      {
        id: 'method',
        header: m.method,
        cell: (entry) => (
          <span className={styles.whole} title={entry.method}>
            {callInWords(words, service, entry.method)}
          </span>
        ),
        order: (entry) => callInWords(words, service, entry.method),
      },
      {
        id: 'outcome',
        header: m.outcome,
        cell: (entry) => (
          <span title={entry.outcome}>
            <Badge tone={entry.outcome === 'OK' ? 'good' : 'warn'}>
              {entry.outcome === 'OK' ? m.done : m.refused}
            </Badge>{' '}
            {entry.outcome !== 'OK' && (refusals[entry.outcome] ?? entry.outcome)}
          </span>
        ),
        order: (entry) => entry.outcome,
      },
      {
        id: 'entities',
        header: m.entities,
        minor: true,
        cell: (entry) => entry.entity_ids.join(', ') || '–',
      },
      { id: 'program', header: m.program, minor: true, cell: (entry) => entry.client_id || '–' },
      {
        id: 'count',
        header: m.count,
        minor: true,
        numeric: true,
        cell: (entry) => (entry.count > 1 ? format.number(entry.count) : ''),
      },
    ],
    [m, words, refusals, service, format],
  );
}
