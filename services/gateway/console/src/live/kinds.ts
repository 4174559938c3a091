import type { LiveEvent } from './event_stream';

/** Events by what they change; named as the services name them. */
export const RIDE_EVENTS = [
  'RideBooked',
  'RideCancelled',
  'RideMoved',
  'PickupPostponed',
  'PassengerBoarded',
  'PassengerAlighted',
  'PassengerNotShown',
  'PromiseBroken',
  'RidePromisedAnew',
  'RideInterrupted',
  'RideStranded',
] as const;

export const VEHICLE_EVENTS = [
  'VehicleRegistered',
  'VehicleUpdated',
  'VehicleRemoved',
  'VehicleBrokenDown',
] as const;

export const SHIFT_EVENTS = ['ShiftScheduled', 'ShiftUpdated', 'ShiftCancelled'] as const;

/** The zone an event is about, where it says so: plans are large, and only that zone's is asked anew. */
export function zoneOf({ data }: LiveEvent): string | null {
  const { fact } = JSON.parse(data) as { fact?: { zone_id?: string } };
  return fact?.zone_id || null;
}
