import { useState } from 'react';
import type { PoolingShift } from '@/api/schema';
import { Button } from '@/components/Button';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { useVehicleName } from '@/pages/rides/rides';
import { messages } from './messages';
import { Refusal } from './Refusal';
import { isChangedMeanwhile, useCancelShift, useNewest } from './shifts';

interface Props {
  shift: PoolingShift;
  onClose: () => void;
}

export function CancelShiftDialog({ shift: shown, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const format = useFormat();
  const vehicleName = useVehicleName();
  const cancel = useCancelShift((moved) => {
    say('good', m.shiftCancelled(moved));
    onClose();
  });
  const newest = useNewest();
  const [shift, setShift] = useState(shown);

  function cancelShown() {
    cancel.mutate(shift, {
      onError: (error) =>
        isChangedMeanwhile(error) &&
        void newest(shift)
          .then((after) => after && setShift(after))
          // Where it cannot be had, the next try is refused as well and asks again.
          .catch(() => undefined),
    });
  }

  const span = `${format.dayAndTime(shift.start_time ?? '')} – ${format.time(shift.end_time ?? '')}`;
  return (
    <Modal
      open
      onClose={onClose}
      title={`${m.cancelShift}: ${vehicleName(shift.vehicle_id)}, ${span}`}
      description={m.cancelShiftText}
      actions={
        <>
          <Button onClick={onClose}>{common.back}</Button>
          <Button kind="danger" disabled={cancel.isPending} onClick={cancelShown}>
            {m.cancelShift}
          </Button>
        </>
      }
    >
      {cancel.isError && <Refusal error={cancel.error} />}
    </Modal>
  );
}
