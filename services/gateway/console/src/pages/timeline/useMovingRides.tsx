import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, told } from '@/api/client';
import type { PoolingRide } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { toldOf } from '@/app/Failure';
import { Button } from '@/components/Button';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useMessages } from '@/i18n/language';
import { MoveDialog } from './MoveDialog';
import { messages } from './messages';
import { isMovable, useMoving } from './moving';

interface Options {
  vehicleName: (vehicleId: string) => string;
  /** What each shift says of itself, such as from when until when. */
  shiftOf: (shiftId: string) => string;
  onMoved: (ride: PoolingRide) => void;
}

/** Moving rides on a page: choosing where to, doing it, and the way back by Ctrl+Z. */
export function useMovingRides({ vehicleName, shiftOf, onMoved }: Options) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const queries = useQueryClient();
  const [choosing, setChoosing] = useState<{ ride: PoolingRide; planChanged: boolean } | null>(null);
  const moving = useMoving({
    vehicleName,
    onMoved,
    onPlanChanged: (ride) => setChoosing({ ride, planChanged: true }),
  });
  useCommands(moving.canUndo ? [{ id: 'undo', label: m.undo, keys: 'Ctrl+z', run: moving.undo }] : []);
  const choose = (ride: PoolingRide) => setChoosing({ ride, planChanged: false });
  return {
    ...moving,
    choose,
    /** Where only its id is known; says so where it cannot be moved any more. */
    chooseById: (rideId: string) =>
      queries
        .fetchQuery({
          queryKey: ['ride', rideId],
          queryFn: async () =>
            told(await client.GET('/v1/rides/{ride_id}', { params: { path: { ride_id: rideId } } })),
        })
        .then(({ ride }) => {
          if (ride && isMovable(ride)) choose(ride);
          else say('plain', m.notMoved, m.fixed);
        })
        .catch((error) => say('bad', m.notMoved, toldOf(error, common))),
    dialog: choosing && (
      <MoveDialog
        ride={choosing.ride}
        planChanged={choosing.planChanged}
        vehicleName={vehicleName}
        shiftOf={shiftOf}
        onMove={moving.move}
        onClose={() => setChoosing(null)}
      />
    ),
  };
}

/** What was moved last, and the way back. */
export function LastMove({ moving }: { moving: ReturnType<typeof useMoving> }) {
  const m = useMessages(messages);
  return (
    <>
      {moving.done && <span>{moving.done}</span>}
      {moving.canUndo && (
        <Button keys="Ctrl+Z" disabled={moving.isPending} onClick={moving.undo}>
          {m.undo}
        </Button>
      )}
    </>
  );
}
