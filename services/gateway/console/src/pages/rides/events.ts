import type { PoolingRide, PoolingRideState } from '@/api/schema';
import type { LiveEvent } from '@/live/event_stream';

/** What an event makes of a ride, where nothing has to be asked to know it. */
export const STATE_AFTER: Readonly<Record<string, PoolingRideState>> = {
  PassengerBoarded: 'RIDE_STATE_ABOARD',
  PassengerAlighted: 'RIDE_STATE_COMPLETED',
  PassengerNotShown: 'RIDE_STATE_NO_SHOW',
  RideCancelled: 'RIDE_STATE_CANCELLED',
};

export interface RideFact {
  rideId: string;
  serviceDate: string;
  state: PoolingRideState;
}

/** Which ride an event is about, and what it has become; null where the event does not tell. */
export function rideFact({ type, data }: LiveEvent): RideFact | null {
  const { fact } = JSON.parse(data) as { fact?: { ride_id?: string; service_date?: string } };
  const state = STATE_AFTER[type];
  if (!fact?.ride_id || !fact.service_date || !state) return null;
  return { rideId: fact.ride_id, serviceDate: fact.service_date, state };
}

/** The list with one ride in another state; the same list where that changes nothing. */
export function withState(
  rides: readonly PoolingRide[],
  rideId: string,
  state: PoolingRideState,
): readonly PoolingRide[] {
  const place = rides.findIndex((ride) => ride.ride_id === rideId);
  const ride = rides[place];
  return !ride || ride.state === state ? rides : rides.with(place, { ...ride, state });
}
