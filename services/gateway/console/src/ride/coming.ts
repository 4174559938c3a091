/** How the vehicle comes, as far as it is known. */

import type { JourneysBooking, JourneysRideNow } from '@/api/schema';

export type Coming =
  | { kind: 'later' }
  | { kind: 'stranded' }
  | { kind: 'coming'; vehicle: string; stopsBefore: number }
  | { kind: 'waiting'; vehicle: string }
  | { kind: 'aboard'; vehicle: string; stopsBefore: number }
  | { kind: 'over' }
  | { kind: 'missed' };

/** Of a ride on demand. */
export function comingOf({ state, approach, without_vehicle }: JourneysRideNow): Coming {
  const vehicle = approach?.vehicle_name ?? '';
  const stopsBefore = approach?.stops_before_count ?? 0;
  switch (state) {
    case 'RIDE_STATE_BOOKED':
      if (without_vehicle) return { kind: 'stranded' };
      if (!approach) return { kind: 'later' };
      return approach.at_pickup ? { kind: 'waiting', vehicle } : { kind: 'coming', vehicle, stopsBefore };
    case 'RIDE_STATE_ABOARD':
      return { kind: 'aboard', vehicle, stopsBefore };
    case 'RIDE_STATE_NO_SHOW':
      return { kind: 'missed' };
    default:
      return { kind: 'over' };
  }
}

/** Numbers of the legs whose rides on demand are told of now. */
export function ridesOf(booking: JourneysBooking): { number: number; ride: JourneysRideNow }[] {
  return booking.legs.flatMap(({ ride }, number) => (ride ? [{ number, ride }] : []));
}

/** Whether there is still something to give back: before the journey is over. */
export function canCancel(booking: JourneysBooking, now: Date): boolean {
  const ends = Date.parse(booking.journey?.arrival_time ?? '');
  const open = booking.state === 'BOOKING_STATE_BOOKED' || booking.state === 'BOOKING_STATE_BOOKING';
  const aboard = ridesOf(booking).some(({ ride }) => ride.state !== 'RIDE_STATE_BOOKED');
  return open && !aboard && (Number.isNaN(ends) || ends > now.getTime());
}
