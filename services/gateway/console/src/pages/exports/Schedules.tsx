import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { WasteExportSchedule } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { Panel } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './ExportsPage.module.css';
import { useSchedules } from './exports';
import { messages } from './messages';
import { saidOf, writtenTime } from './rhythm';
import { ScheduleDialog } from './ScheduleDialog';

interface Props {
  subAccounts: readonly { sub_account_id: string; name: string }[];
}

type Opened = { schedule: WasteExportSchedule | null } | null;

/** What is written to the service's folder by itself. */
export function Schedules({ subAccounts }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const schedules = useSchedules();
  const [opened, setOpened] = useState<Opened>(null);

  function when({ cron }: WasteExportSchedule): string {
    const said = saidOf(cron);
    return said ? m.atTime(m.rhythms[said.rhythm], writtenTime(said)) : cron;
  }

  const columns: readonly Column<WasteExportSchedule>[] = [
    {
      id: 'id',
      header: m.id,
      cell: (schedule) => <strong>{schedule.schedule_id}</strong>,
      order: (schedule) => schedule.schedule_id,
    },
    { id: 'content', header: m.content, cell: (schedule) => wordFor(m.contents, schedule.content) },
    {
      id: 'format',
      header: m.format,
      minor: true,
      cell: (schedule) => wordFor(m.formats, schedule.format),
    },
    { id: 'when', header: m.when, minor: true, cell: when },
    {
      id: 'latest',
      header: m.latest,
      minor: true,
      cell: (schedule) => (schedule.latest_time ? format.dayAndTime(schedule.latest_time) : m.never),
    },
    {
      id: 'next',
      header: m.next,
      minor: true,
      cell: (schedule) => (schedule.next_time ? format.dayAndTime(schedule.next_time) : '–'),
    },
    {
      id: 'edit',
      header: m.edit,
      cell: (schedule) => (
        <Button aria-label={m.editOf(schedule.schedule_id)} onClick={() => setOpened({ schedule })}>
          {m.edit}
        </Button>
      ),
    },
  ];
  const failed = (schedules.data ?? []).filter((schedule) => schedule.error);
  return (
    <Panel title={m.schedules}>
      <div className={styles.heading}>
        <p className={styles.soft}>{m.schedulesHint}</p>
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={subAccounts.length === 0 || !schedules.data}
          onClick={() => setOpened({ schedule: null })}
        >
          {m.newSchedule}
        </Button>
      </div>
      {schedules.isPending && <Loading />}
      {schedules.isError && <Failure error={schedules.error} onAgain={() => void schedules.refetch()} />}
      {schedules.data?.length === 0 && <p>{m.none}</p>}
      {schedules.data && schedules.data.length > 0 && (
        <DataTable
          label={m.schedules}
          columns={columns}
          rows={schedules.data}
          rowId={(schedule) => schedule.schedule_id}
          first={{ id: 'id' }}
        />
      )}
      {failed.map((schedule) => (
        <p key={schedule.schedule_id} role="status">
          <Badge tone="bad">{`${schedule.schedule_id}: ${m.error}`}</Badge> {schedule.error}
        </p>
      ))}
      {opened && (
        <ScheduleDialog
          schedule={opened.schedule}
          taken={(schedules.data ?? []).map((each) => each.schedule_id)}
          subAccounts={subAccounts}
          onClose={() => setOpened(null)}
        />
      )}
    </Panel>
  );
}
