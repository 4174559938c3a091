import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { PoolingRide, PoolingRideState, PoolingVehicle } from '@/api/schema';
import type { Tone } from '@/components/Badge';
import { RIDE_EVENTS, VEHICLE_EVENTS } from '@/live/kinds';
import { useLive, useLiveQuery } from '@/live/live';
import { rideFact, STATE_AFTER, withState } from './events';

/** After events that told everything themselves: on a full day, the list is a matter of megabytes. */
const TOLD_PAUSE_MS = 5_000;
const TELLING = RIDE_EVENTS.filter((type) => type in STATE_AFTER);
const ASKED_ABOUT = RIDE_EVENTS.filter((type) => !(type in STATE_AFTER));

/** All rides of a service day. */
export function useRides(serviceDate: string) {
  const queries = useQueryClient();
  useLive(TELLING, (event) => {
    const fact = rideFact(event);
    if (!fact) return;
    queries.setQueryData<readonly PoolingRide[]>(
      ['rides', fact.serviceDate],
      (rides) => rides && withState(rides, fact.rideId, fact.state),
    );
  });
  useLiveQuery(TELLING, ['rides'], TOLD_PAUSE_MS);
  useLiveQuery(ASKED_ABOUT, ['rides']);
  return useQuery({
    queryKey: ['rides', serviceDate],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/rides', {
              params: { query: { service_date: serviceDate, page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.rides,
      ),
    placeholderData: (before) => before,
  });
}

/** All vehicles; they hardly ever change. */
export function useVehicles() {
  useLiveQuery(VEHICLE_EVENTS, ['vehicles']);
  return useQuery({
    queryKey: ['vehicles'],
    queryFn: (): Promise<PoolingVehicle[]> =>
      allPages(
        async (page_token) =>
          told(await client.GET('/v1/vehicles', { params: { query: { page_size: PAGE_SIZE, page_token } } })),
        (page) => page.vehicles,
      ),
    staleTime: 60_000,
  });
}

export function useVehicleName(): (vehicleId: string) => string {
  const vehicles = useVehicles().data;
  return (vehicleId) => vehicles?.find((vehicle) => vehicle.vehicle_id === vehicleId)?.name || vehicleId;
}

export const RIDE_STATES = [
  'RIDE_STATE_BOOKED',
  'RIDE_STATE_ABOARD',
  'RIDE_STATE_COMPLETED',
  'RIDE_STATE_CANCELLED',
  'RIDE_STATE_NO_SHOW',
] as const satisfies readonly PoolingRideState[];

export const STATE_TONES: Record<string, Tone> = {
  RIDE_STATE_BOOKED: 'accent',
  RIDE_STATE_ABOARD: 'good',
  RIDE_STATE_COMPLETED: 'plain',
  RIDE_STATE_CANCELLED: 'warn',
  RIDE_STATE_NO_SHOW: 'bad',
};

/** Whether a breakdown has left the ride without a vehicle. */
export function isStranded(ride: PoolingRide): boolean {
  return ride.state === 'RIDE_STATE_BOOKED' && ride.vehicle_id === '';
}

/** Whether every word is in what the list shows of a ride. */
export function rideMatches(ride: PoolingRide, text: string, vehicleName: string): boolean {
  const all = [ride.ride_id, ride.pickup?.label, ride.dropoff?.label, vehicleName, ride.passenger_reference]
    .join(' ')
    .toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
