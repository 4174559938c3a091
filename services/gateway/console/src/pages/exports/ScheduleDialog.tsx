import { useState } from 'react';
import type { WasteExportSchedule } from '@/api/schema';
import { EditDialog } from '@/app/EditDialog';
import { CountField, SelectField, TextField } from '@/components/Field';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './ExportsPage.module.css';
import { CONTENTS, formatsOf, useRemoveSchedule, useSaveSchedule, type Wanted } from './exports';
import { messages } from './messages';
import { cronOf, RHYTHMS, type Rhythm, saidOf, writtenTime } from './rhythm';

const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const CLOCK = /^([01]?\d|2[0-3])(?::([0-5]\d))?$/;
const USUAL_KEEP_DAYS = 30;
const LONGEST_KEEP_DAYS = 3650;

interface Props {
  /** Null where it is a new one. */
  schedule: WasteExportSchedule | null;
  /** Names there are. */
  taken: readonly string[];
  subAccounts: readonly { sub_account_id: string; name: string }[];
  onClose: () => void;
}

/** What is written, when, and how long it is kept. */
export function ScheduleDialog({ schedule, taken, subAccounts, onClose }: Props) {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const said = schedule ? saidOf(schedule.cron) : ({ rhythm: 'daily', hour: 6, minute: 0 } as const);
  const [id, setId] = useState(schedule?.schedule_id ?? '');
  const [subAccountId, setSubAccountId] = useState(
    schedule?.sub_account_id ?? subAccounts[0]?.sub_account_id ?? '',
  );
  const [content, setContent] = useState<Wanted['content']>(schedule?.content ?? 'EXPORT_CONTENT_LEVELS');
  const [wantedFormat, setFormat] = useState<Wanted['format']>(schedule?.format ?? 'EXPORT_FORMAT_CSV');
  const [rhythm, setRhythm] = useState<Rhythm | 'cron'>(said?.rhythm ?? 'cron');
  const [at, setAt] = useState(said ? writtenTime(said) : '06:00');
  const [fields, setFields] = useState(schedule?.cron ?? '');
  const [keepDays, setKeepDays] = useState(schedule?.keep_days || USUAL_KEEP_DAYS);
  const save = useSaveSchedule(() => {
    say('good', m.saved);
    onClose();
  });
  const remove = useRemoveSchedule(() => {
    say('good', m.removed);
    onClose();
  });
  const formats = formatsOf(content);
  const format = formats.includes(wantedFormat) ? wantedFormat : 'EXPORT_FORMAT_CSV';
  const clock = CLOCK.exec(at.trim());
  const isTaken = !schedule && taken.includes(id);
  let cron: string | null = fields.trim() || null;
  if (rhythm !== 'cron') {
    cron = clock ? cronOf({ rhythm, hour: Number(clock[1]), minute: Number(clock[2] ?? 0) }) : null;
  }

  const ready = ID.test(id) && !isTaken && subAccountId && cron;
  function send() {
    if (!cron) return;
    save.mutate({
      id,
      schedule: {
        sub_account_id: subAccountId,
        content,
        format,
        cron,
        time_zone: schedule?.time_zone || timeZone,
        keep_days: keepDays,
      },
    });
  }

  return (
    <EditDialog
      onClose={onClose}
      title={schedule ? m.scheduleOf(schedule.schedule_id) : m.newSchedule}
      save={save}
      onSave={ready ? send : null}
      removal={
        schedule
          ? { label: m.remove, text: m.removeText, write: remove, run: () => remove.mutate(schedule) }
          : undefined
      }
    >
      {!schedule && (
        <TextField
          label={m.id}
          hint={m.idHint}
          value={id}
          onChange={setId}
          maxLength={64}
          error={isTaken ? m.failedAlready(id) : null}
        />
      )}
      <div className={styles.pair}>
        {!schedule && subAccounts.length > 1 && (
          <SelectField
            label={m.subAccount}
            value={subAccountId}
            options={subAccounts.map((each) => ({
              value: each.sub_account_id,
              label: each.name || each.sub_account_id,
            }))}
            onChange={setSubAccountId}
          />
        )}
        <SelectField
          label={m.content}
          value={content}
          options={CONTENTS.map((value) => ({ value, label: wordFor(m.contents, value) }))}
          onChange={setContent}
        />
        <SelectField
          label={m.format}
          value={format}
          options={formats.map((value) => ({ value, label: wordFor(m.formats, value) }))}
          onChange={setFormat}
        />
        <SelectField
          label={m.rhythm}
          value={rhythm}
          options={[
            ...RHYTHMS.map((value) => ({ value, label: m.rhythms[value] })),
            { value: 'cron' as const, label: m.cron },
          ]}
          onChange={setRhythm}
        />
        {rhythm === 'cron' ? (
          <TextField
            label={m.cronFields}
            hint={m.cronHint}
            value={fields}
            onChange={setFields}
            maxLength={200}
          />
        ) : (
          <TextField label={m.at} value={at} onChange={setAt} error={clock ? null : m.clockHint} />
        )}
        <CountField label={m.keep} value={keepDays} min={1} max={LONGEST_KEEP_DAYS} onChange={setKeepDays} />
      </div>
    </EditDialog>
  );
}
