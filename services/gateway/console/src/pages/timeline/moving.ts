import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, newKey, told } from '@/api/client';
import { Problem } from '@/api/problem';
import type { PoolingMove, PoolingRefusalReason, PoolingRide } from '@/api/schema';
import { toldOf } from '@/app/Failure';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { secondsOf } from '@/i18n/duration';
import type { Format } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { useLiveQuery } from '@/live/live';
import { messages as deskMessages } from '@/pages/desk/messages';
import { messages } from './messages';

/** What giving the ride to each shift would change; asked anew when the plan changes. */
export function useMoves(rideId: string | null) {
  useLiveQuery(['PlanChanged'], ['moves']);
  return useQuery({
    queryKey: ['moves', rideId],
    enabled: rideId !== null,
    // Each drag begins with the plan as it is.
    staleTime: 0,
    gcTime: 0,
    queryFn: async () =>
      told(await client.GET('/v1/rides/{ride_id}/moves', { params: { path: { ride_id: rideId ?? '' } } })),
  });
}

export type Moves = NonNullable<ReturnType<typeof useMoves>['data']>;

export function isMovable(ride: PoolingRide): boolean {
  return ride.state === 'RIDE_STATE_BOOKED';
}

/** Possible before impossible, the least additional driving first. */
export function inOrder(moves: readonly PoolingMove[]): PoolingMove[] {
  return [...moves].sort(
    (one, other) =>
      Number(other.possible) - Number(one.possible) ||
      secondsOf(one.added_driving) - secondsOf(other.added_driving) ||
      one.vehicle_id.localeCompare(other.vehicle_id, undefined, { numeric: true }),
  );
}

/** Of each vehicle the shift that takes the ride best; where it is one of its own shifts, that one. */
export function bestByVehicle(moves: readonly PoolingMove[]): Map<string, PoolingMove> {
  const best = new Map<string, PoolingMove>();
  for (const move of inOrder(moves)) {
    if (move.current || !best.has(move.vehicle_id)) best.set(move.vehicle_id, move);
  }
  return best;
}

/** What it costs: `+4 Min. Fahrt, −1,2 km`. */
export function priceOf(
  move: PoolingMove,
  m: { extra: (duration: string, distance: string) => string },
  format: Format,
): string {
  const sign = (value: number) => (value < 0 ? '−' : '+');
  const seconds = secondsOf(move.added_driving);
  const metres = move.added_distance_m;
  return m.extra(
    `${sign(seconds)}${format.duration(Math.abs(seconds))}`,
    `${sign(metres)}${format.distance(Math.abs(metres))}`,
  );
}

/** Why not, in one sentence after the other. */
export function useReasons(): (reasons: readonly PoolingRefusalReason[]) => string {
  const desk = useMessages(deskMessages);
  return (reasons) => reasons.map((reason) => wordFor(desk.reasons, reason.code)).join(' ');
}

interface Step {
  ride: PoolingRide;
  shiftId: string;
  /** Only if the plan is still this one; 0 for whichever it is. */
  planVersion: number;
  isUndo: boolean;
}

interface Undoable {
  ride: PoolingRide;
  toShiftId: string;
}

interface Events {
  vehicleName: (vehicleId: string) => string;
  /** The ride is with another vehicle now. */
  onMoved: (ride: PoolingRide) => void;
  /** What was possible is no longer sure: it has to be chosen again. */
  onPlanChanged: (ride: PoolingRide) => void;
}

/** Moves rides, and takes the last moves back, newest first. */
export function useMoving({ vehicleName, onMoved, onPlanChanged }: Events) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const reasonsOf = useReasons();
  const queries = useQueryClient();
  const [undoable, setUndoable] = useState<readonly Undoable[]>([]);
  const [done, setDone] = useState<string | null>(null);
  const mutation = useMutation({
    mutationFn: async ({ ride, shiftId, planVersion }: Step) =>
      told(
        await client.POST('/v1/rides/{ride_id}/move', {
          params: { path: { ride_id: ride.ride_id }, header: { 'Idempotency-Key': newKey() } },
          body: { shift_id: shiftId, plan_version: planVersion },
        }),
      ),
    onSuccess: (answer, { isUndo }) => {
      const { ride } = answer;
      if (isUndo) setUndoable((before) => before.slice(0, -1));
      if (!answer.moved || !ride) {
        say(isUndo ? 'bad' : 'plain', isUndo ? m.undoImpossible : m.notMoved, reasonsOf(answer.reasons));
      } else {
        if (!isUndo) setUndoable((before) => [...before, { ride, toShiftId: answer.from_shift_id }]);
        setDone((isUndo ? m.undone : m.moved)(vehicleName(ride.vehicle_id)));
        // Shown where it is now at once; the rest of the plan follows.
        queries.setQueryData<PoolingRide[]>(['rides', ride.service_date], (rides) =>
          rides?.map((known) => (known.ride_id === ride.ride_id ? ride : known)),
        );
        onMoved(ride);
      }
    },
    onError: (error, { ride, isUndo }) => {
      if (!isUndo && error instanceof Problem && error.reason === 'PLAN_CHANGED') {
        onPlanChanged(ride);
        return;
      }
      // A ride that meanwhile began or was cancelled never goes back; one that was not answered may.
      if (isUndo && !(error instanceof Problem && error.passing))
        setUndoable((before) => before.slice(0, -1));
      say('bad', isUndo ? m.undoFailed : m.notMoved, toldOf(error, common));
    },
    onSettled: () => {
      for (const queryKey of [['rides'], ['ride'], ['timeline'], ['moves'], ['map', 'plans']])
        void queries.invalidateQueries({ queryKey });
    },
  });
  const last = undoable.at(-1);
  return {
    isPending: mutation.isPending,
    /** What was done last, in a sentence. */
    done,
    canUndo: last !== undefined,
    move: (ride: PoolingRide, shiftId: string, planVersion: number) => {
      if (!mutation.isPending) mutation.mutate({ ride, shiftId, planVersion, isUndo: false });
    },
    undo: () => {
      if (last && !mutation.isPending)
        mutation.mutate({ ride: last.ride, shiftId: last.toShiftId, planVersion: 0, isUndo: true });
    },
  };
}
