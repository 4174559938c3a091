import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { client, newKey, told } from '@/api/client';
import type { PoolingContact, PoolingRide } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { useTold } from '@/app/Failure';
import { Button } from '@/components/Button';
import { TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { say } from '@/components/toasts';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { BreakdownDialog } from '@/pages/breakdown/BreakdownDialog';
import { messages as breakdownMessages } from '@/pages/breakdown/messages';
import { handOver } from '@/pages/desk/handover';
import { messages } from './messages';
import { callOfRide } from './moving';
import { PostponeDialog } from './PostponeDialog';

/** What can be done with a ride as it stands. */
export function RideActions({ ride, contact }: { ride: PoolingRide; contact: PoolingContact | undefined }) {
  const m = useMessages(messages);
  const breakdown = useMessages(breakdownMessages);
  const format = useFormat();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'cancel' | 'postpone' | 'breakdown' | null>(null);
  const report = useReport(ride);
  const booked = ride.state === 'RIDE_STATE_BOOKED';
  const windowEnd = ride.promise?.pickup_window?.latest;
  const mayBeNoShow = booked && windowEnd !== undefined && Date.parse(windowEnd) <= Date.now();

  function move() {
    handOver(callOfRide(ride, contact));
    void navigate('/desk');
  }

  const mayBreakDown = ride.vehicle_id !== '' && (booked || ride.state === 'RIDE_STATE_ABOARD');
  useCommands([
    ...(mayBreakDown
      ? [{ id: 'ride:breakdown', label: breakdown.report, keys: 'p', run: () => setOpen('breakdown') }]
      : []),
    ...(booked
      ? [
          { id: 'ride:cancel', label: m.cancel, keys: 'x', run: () => setOpen('cancel') },
          { id: 'ride:move', label: m.move, keys: 'v', run: move },
          { id: 'ride:postpone', label: m.postpone, keys: 's', run: () => setOpen('postpone') },
        ]
      : []),
  ]);

  return (
    <>
      {booked && (
        <>
          <Button keys="V" title={m.moveHint} onClick={move}>
            {m.move}
          </Button>
          <Button keys="S" onClick={() => setOpen('postpone')}>
            {m.postpone}
          </Button>
          <Button
            title={m.report}
            disabled={!ride.vehicle_id || report.isPending}
            onClick={() => report.mutate('board')}
          >
            {m.board}
          </Button>
          <Button
            title={mayBeNoShow || !windowEnd ? m.report : m.noShowFrom(format.time(windowEnd))}
            disabled={!ride.vehicle_id || !mayBeNoShow || report.isPending}
            onClick={() => report.mutate('no-show')}
          >
            {m.reportNoShow}
          </Button>
          <Button kind="danger" keys="X" onClick={() => setOpen('cancel')}>
            {m.cancel}
          </Button>
        </>
      )}
      {ride.state === 'RIDE_STATE_ABOARD' && (
        <Button title={m.report} disabled={report.isPending} onClick={() => report.mutate('alight')}>
          {m.alight}
        </Button>
      )}
      {mayBreakDown && (
        <Button keys="P" onClick={() => setOpen('breakdown')}>
          {breakdown.report}
        </Button>
      )}
      {open === 'breakdown' && <BreakdownDialog vehicleId={ride.vehicle_id} onClose={() => setOpen(null)} />}
      {open === 'cancel' && <CancelDialog ride={ride} onClose={() => setOpen(null)} />}
      {open === 'postpone' && <PostponeDialog ride={ride} onClose={() => setOpen(null)} />}
    </>
  );
}

type Report = 'board' | 'alight' | 'no-show';

/** Boarding, alighting and absence, told by the dispatcher where the driver cannot. */
function useReport(ride: PoolingRide) {
  const m = useMessages(messages);
  const after = useAfterChange(ride);
  return useMutation({
    mutationFn: async (what: Report) => {
      const { vehicle_id, ride_id } = ride;
      const init = {
        params: { path: { vehicle_id, ride_id }, header: { 'Idempotency-Key': newKey() } },
        body: {},
      };
      if (what === 'board')
        return told(await client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/board', init));
      if (what === 'alight')
        return told(await client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/alight', init));
      return told(await client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/no-show', init));
    },
    onSuccess: () => after(m.reportDone),
    onError: (error) => say('bad', error.message),
  });
}

/** After a change everything that shows the ride is asked anew. */
export function useAfterChange(ride: PoolingRide): (sentence: string) => void {
  const queries = useQueryClient();
  return (sentence) => {
    say('good', sentence);
    void queries.invalidateQueries({ queryKey: ['ride', ride.ride_id] });
    void queries.invalidateQueries({ queryKey: ['rides'] });
  };
}

function CancelDialog({ ride, onClose }: { ride: PoolingRide; onClose: () => void }) {
  const m = useMessages(messages);
  const [reason, setReason] = useState('');
  // One key for the whole dialog: pressing twice cancels once.
  const key = useRef(newKey());
  const after = useAfterChange(ride);
  const cancel = useMutation({
    mutationFn: async () =>
      told(
        await client.POST('/v1/rides/{ride_id}/cancel', {
          params: { path: { ride_id: ride.ride_id }, header: { 'Idempotency-Key': key.current } },
          body: { reason },
        }),
      ),
    onSuccess: () => {
      after(m.cancelDone);
      onClose();
    },
  });
  const error = useTold(cancel.error);
  return (
    <Modal
      open
      onClose={onClose}
      title={m.cancelTitle}
      description={m.cancelText}
      actions={
        <>
          <Button onClick={onClose}>{m.keep}</Button>
          <Button kind="danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            {m.cancel}
          </Button>
        </>
      }
    >
      <TextField
        label={m.cancelReason}
        maxLength={200}
        value={reason}
        onChange={setReason}
        error={cancel.isError ? error : null}
        onKeyDown={(event) => event.key === 'Enter' && !cancel.isPending && cancel.mutate()}
      />
    </Modal>
  );
}
