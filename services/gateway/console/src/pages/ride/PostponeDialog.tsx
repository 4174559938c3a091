import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, newKey, told } from '@/api/client';
import type { PoolingPostponePickupResponse, PoolingRide } from '@/api/schema';
import { useTold } from '@/app/Failure';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as deskMessages } from '@/pages/desk/messages';
import { parseWhen } from '@/pages/desk/when';
import { messages } from './messages';
import { useAfterChange } from './RideActions';

/** The passenger comes later: the vehicle waits, where nobody else's promise breaks. */
export function PostponeDialog({ ride, onClose }: { ride: PoolingRide; onClose: () => void }) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const common = useMessages(componentMessages);
  const format = useFormat();
  const timeZone = useTimeZone();
  const [text, setText] = useState('');
  const [refused, setRefused] = useState<PoolingPostponePickupResponse | null>(null);
  const after = useAfterChange(ride);
  const pickup = ride.promise?.pickup_window?.earliest;
  // Read on the day of the ride, which need not be today.
  const when = parseWhen(text, pickup ? new Date(pickup) : new Date(), timeZone);
  const postpone = useMutation({
    mutationFn: async (earliest: Date) =>
      told(
        await client.POST('/v1/rides/{ride_id}/postpone', {
          params: { path: { ride_id: ride.ride_id }, header: { 'Idempotency-Key': newKey() } },
          body: { earliest_pickup_time: earliest.toISOString() },
        }),
      ),
    onSuccess: (answer) => {
      if (answer.postponed) {
        after(m.postponed);
        onClose();
      } else {
        setRefused(answer);
      }
    },
  });
  const failure = useTold(postpone.error);

  function send() {
    setRefused(null);
    if (when.ok && !postpone.isPending) postpone.mutate(when.at);
  }

  return (
    <Modal
      open
      onClose={onClose}
      title={m.postponeTitle}
      description={m.postponeText}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="main" keys="Enter" disabled={!when.ok || postpone.isPending} onClick={send}>
            {m.postpone}
          </Button>
        </>
      }
    >
      <TextField
        label={m.postponeTime}
        value={text}
        onChange={setText}
        error={postpone.isError ? failure : text && !when.ok ? m.badTime : null}
        onKeyDown={(event) => event.key === 'Enter' && send()}
      />
      {refused && (
        <div role="alert">
          <p>{m.notPostponed}</p>
          <ul>
            {refused.reasons.map((reason) => (
              <li key={reason.code}>{wordFor(desk.reasons, reason.code)}</li>
            ))}
          </ul>
          {refused.latest_possible_time && (
            <p>{m.possibleUntil(format.time(refused.latest_possible_time))}</p>
          )}
        </div>
      )}
    </Modal>
  );
}
