import type { PoolingBoardingPoint, PoolingContact, PoolingRide } from '@/api/schema';
import { type Call, NEW_CALL } from '@/pages/desk/call';
import type { Spot } from '@/places/spot';

function spotOf(point: PoolingBoardingPoint | undefined): Spot | null {
  if (!point?.position) return null;
  return {
    key: `point:${point.position.latitude_deg},${point.position.longitude_deg}`,
    label: point.label,
    kind: point.virtual_stop_id ? 'virtual_stop' : 'address',
    position: point.position,
    ...(point.virtual_stop_id ? { virtualStopId: point.virtual_stop_id } : {}),
  };
}

/** The same people between the same places, to be booked at another time in place of this ride. */
export function callOfRide(ride: PoolingRide, contact: PoolingContact | undefined): Call {
  return {
    ...NEW_CALL,
    phone: contact?.phone ?? '',
    name: contact?.name ?? '',
    from: spotOf(ride.pickup),
    to: spotOf(ride.dropoff),
    travellers: {
      seated: ride.party?.seated_count ?? 0,
      wheelchairs: ride.party?.wheelchair_count ?? 0,
      bulky: 0,
    },
    replaces: ride.ride_id,
  };
}
