import type {
  CommonTimeWindowInput,
  PoolingPlaceInput,
  PoolingRequestOffersRequestInput,
} from '@/api/schema';
import type { Spot } from '@/places/spot';
import type { When } from './when';

/** Who travels. Prams and walkers fold badly in a full bus: each takes a seat of its own. */
export interface Travellers {
  seated: number;
  wheelchairs: number;
  bulky: number;
}

/** All that offers depend on. */
export interface Trip {
  from: Spot;
  to: Spot;
  when: When & { ok: true };
  travellers: Travellers;
  maxWalkM: number;
}

const MINUTE_MS = 60_000;
/** Passengers who name a time are content with a pickup within this time after it. */
const PICKUP_SPAN_MS = 30 * MINUTE_MS;
/** Who has to be somewhere does not want to wait there longer. */
const ARRIVAL_SPAN_MS = 45 * MINUTE_MS;
export const MOST_WALK_M = [0, 300, 600, 1000] as const;

export const ALONE: Travellers = { seated: 1, wheelchairs: 0, bulky: 0 };

function placeOf(spot: Spot): PoolingPlaceInput {
  const where = spot.virtualStopId ? { virtual_stop_id: spot.virtualStopId } : { position: spot.position };
  return { ...where, label: spot.label };
}

function windowFrom(from: number, to: number): CommonTimeWindowInput {
  return { earliest: new Date(from).toISOString(), latest: new Date(to).toISOString() };
}

/**
 * The question for offers.
 *
 * Only the first of a call is counted among the day's requests. Asked again later, a departure that has passed by
 * then is now.
 */
export function offersRequest(trip: Trip, firstOfCall: boolean, now: Date): PoolingRequestOffersRequestInput {
  const wanted = trip.when.at.getTime();
  const at = trip.when.kind === 'depart' ? Math.max(wanted, now.getTime()) : wanted;
  const window =
    trip.when.kind === 'depart'
      ? { pickup_window: windowFrom(at, at + PICKUP_SPAN_MS) }
      : { dropoff_window: windowFrom(at - ARRIVAL_SPAN_MS, at) };
  const { seated, wheelchairs, bulky } = trip.travellers;
  return {
    pickup: placeOf(trip.from),
    dropoff: placeOf(trip.to),
    ...window,
    party: { seated_count: seated + bulky, wheelchair_count: wheelchairs },
    max_walk_m: trip.maxWalkM,
    max_offer_count: 3,
    part_of_search: !firstOfCall,
  };
}

/** Trips with the same key have the same offers. */
export function tripKey(trip: Trip): string {
  return JSON.stringify(offersRequest(trip, true, new Date(0)));
}
