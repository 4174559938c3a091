import { useState } from 'react';
import type { PoolingRide } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Button } from '@/components/Button';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { useMessages } from '@/i18n/language';
import { MoveList } from './MoveList';
import { messages } from './messages';
import { inOrder, useMoves } from './moving';

interface Props {
  ride: PoolingRide;
  /** The plan changed between asking and moving. */
  planChanged: boolean;
  vehicleName: (vehicleId: string) => string;
  shiftOf: (shiftId: string) => string;
  onMove: (ride: PoolingRide, shiftId: string, planVersion: number) => void;
  onClose: () => void;
}

/** The vehicles that could take a ride, with what each would change. */
export function MoveDialog({ ride, planChanged, vehicleName, shiftOf, onMove, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const moves = useMoves(ride.ride_id);
  const [chosen, setChosen] = useState<string | null>(null);
  const possible = inOrder(moves.data?.moves ?? []).filter((move) => move.possible && !move.current);
  const shiftId = possible.find(({ shift_id }) => shift_id === chosen)?.shift_id ?? possible[0]?.shift_id;

  function send() {
    if (moves.data && shiftId) {
      onMove(ride, shiftId, moves.data.plan_version);
      onClose();
    }
  }

  return (
    <Modal
      open
      wide
      onClose={onClose}
      title={m.moveTitle}
      description={`${ride.pickup?.label ?? ''} → ${ride.dropoff?.label ?? ''}. ${m.moveText}`}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="main" keys="Enter" disabled={!shiftId} onClick={send}>
            {m.move}
          </Button>
        </>
      }
    >
      {planChanged && <p role="alert">{m.planChanged}</p>}
      {moves.isPending && <Loading />}
      {moves.isError && <Failure error={moves.error} onAgain={() => void moves.refetch()} />}
      {moves.data && (
        <>
          {possible.length === 0 && <p>{m.nothingPossible}</p>}
          <MoveList
            moves={moves.data.moves}
            vehicleName={vehicleName}
            shiftOf={shiftOf}
            choice={{ shiftId: shiftId ?? null, onChoose: setChosen, onEnter: send }}
          />
        </>
      )}
    </Modal>
  );
}
