import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, newKey, told } from '@/api/client';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useMessages } from '@/i18n/language';
import { instantOf } from '@/i18n/local_time';
import type { Position } from './geometry';
import styles from './MapPage.module.css';
import { messages } from './messages';

const LONGEST_NOTE = 200;

interface Props {
  path: readonly Position[];
  onBack: () => void;
  onDone: (roadChangeId: string) => void;
}

/** What a field for day and time holds, by the district's clock. */
function instant(text: string, timeZone: string): string {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number);
  const local = { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0, minute: minute ?? 0 };
  return instantOf(local, timeZone).toISOString();
}

/** What holds on the roads that were drawn over, from when and until when. */
export function ClosureForm({ path, onBack, onDone }: Props) {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const queries = useQueryClient();
  const [share, setShare] = useState<'0' | '0.25' | '0.5'>('0');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [note, setNote] = useState('');
  // One key for one closure, however often it is sent.
  const [key] = useState(newKey);
  const reversed = from !== '' && until !== '' && until <= from;

  const report = useMutation({
    mutationFn: async () =>
      told(
        await client.POST('/v1/road-changes', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            road_change: {
              path: path.map(([longitude_deg, latitude_deg]) => ({ latitude_deg, longitude_deg })),
              speed_share: Number(share),
              note,
              ...(from ? { start_time: instant(from, timeZone) } : {}),
              ...(until ? { end_time: instant(until, timeZone) } : {}),
            },
          },
        }),
      ),
    onSuccess: ({ road_change }) => {
      say('good', m.reported);
      void queries.invalidateQueries({ queryKey: ['map', 'closures'] });
      onDone(road_change?.road_change_id ?? '');
    },
  });

  return (
    <Modal
      open
      onClose={onBack}
      title={m.draw}
      actions={
        <>
          <Button onClick={onBack}>{m.cancel}</Button>
          <Button kind="main" type="submit" form="closure" disabled={reversed || report.isPending}>
            {m.report}
          </Button>
        </>
      }
    >
      <form
        id="closure"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          report.mutate();
        }}
      >
        <SelectField
          label={m.whatHolds}
          value={share}
          options={[
            { value: '0', label: m.fullyClosed },
            { value: '0.25', label: m.quarter },
            { value: '0.5', label: m.half },
          ]}
          onChange={setShare}
        />
        <TextField label={m.from} type="datetime-local" value={from} onChange={setFrom} hint={m.fromHint} />
        <TextField
          label={m.until}
          type="datetime-local"
          value={until}
          onChange={setUntil}
          hint={m.untilHint}
          error={reversed ? m.reversed : null}
        />
        <TextField
          label={m.note}
          value={note}
          onChange={setNote}
          maxLength={LONGEST_NOTE}
          placeholder={m.noteExample}
        />
        {report.error && <Failure error={report.error} />}
      </form>
    </Modal>
  );
}
