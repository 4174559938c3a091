import { useState } from 'react';
import { newKey } from '@/api/client';
import type { WasteAlarm } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useMessages } from '@/i18n/language';
import { useAcknowledge } from './alarms';
import { messages } from './messages';

const LONGEST_NOTE = 500;

interface Props {
  alarm: WasteAlarm;
  what: string;
  onClose: () => void;
}

/** Somebody looks after an alarm, and says how. */
export function Acknowledging({ alarm, what, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const [note, setNote] = useState('');
  const [key] = useState(newKey);
  const acknowledge = useAcknowledge(() => {
    say('good', m.acknowledged, what);
    onClose();
  });
  return (
    <Modal
      open
      onClose={onClose}
      title={what}
      description={m.acknowledgeText}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={acknowledge.isPending}
            onClick={() => acknowledge.mutate({ alarmId: alarm.alarm_id, note: note.trim(), key })}
          >
            {m.acknowledge}
          </Button>
        </>
      }
    >
      <TextField label={m.note} hint={m.noteHint} value={note} onChange={setNote} maxLength={LONGEST_NOTE} />
      {acknowledge.isError && <Failure error={acknowledge.error} />}
    </Modal>
  );
}
