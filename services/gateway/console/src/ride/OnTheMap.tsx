import { useQuery } from '@tanstack/react-query';
import { MapPinned } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { CommonPosition, JourneysBooking, JourneysRideNow } from '@/api/schema';
import { Loading } from '@/app/Loading';
import { Button } from '@/components/Button';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { virtualStop } from './calls';
import { messages } from './messages';
import styles from './ride.module.css';
import type { Place } from './VehicleMap';

/** Several times as large as the page itself: it comes when somebody wants to see it. */
const VehicleMap = lazy(() => import('./VehicleMap'));

interface Props {
  booking: JourneysBooking;
  /** Number of the leg whose vehicle it is. */
  number: number;
  ride: JourneysRideNow;
}

/** The vehicle on a map, for who wants to see it; without it nothing is missed. */
export function OnTheMap({ booking, number, ride }: Props) {
  const m = useMessages(messages);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        icon={<MapPinned aria-hidden="true" />}
        aria-expanded={open}
        onClick={() => setOpen((before) => !before)}
      >
        {open ? m.hideMap : m.showMap}
      </Button>
      {open && (
        <Suspense fallback={<Loading />}>
          <Shown booking={booking} number={number} ride={ride} />
        </Suspense>
      )}
    </>
  );
}

function Shown({ booking, number, ride }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const offer = booking.journey?.legs[number]?.pooled?.offer;
  const { approach } = ride;
  const lastId = approach?.last_stop_id ?? '';
  const last = useQuery({
    queryKey: ['virtual-stop', lastId],
    queryFn: () => virtualStop(lastId),
    enabled: lastId !== '',
    staleTime: Number.POSITIVE_INFINITY,
  });
  const vehicle = approach?.vehicle_name || m.aVehicle;
  const pickup = offer?.pickup?.position;
  const dropoff = offer?.dropoff?.position;
  const stands = approach?.at_pickup ? pickup : last.data?.position;
  const places = useMemo(() => {
    const found: Place[] = [];
    const add = (kind: Place['kind'], position: CommonPosition | undefined, name: string) => {
      if (position) found.push({ kind, at: [position.longitude_deg, position.latitude_deg], name });
    };
    if (stands !== pickup) add('pickup', pickup, m.pickupAt);
    add('dropoff', dropoff, m.dropoffAt);
    add('vehicle', stands, vehicle);
    return found;
  }, [pickup, dropoff, stands, vehicle, m]);
  const where = approach?.at_pickup
    ? m.coming.waiting(vehicle)
    : approach?.last_stop_name && approach.last_stop_time
      ? m.lastStop(approach.last_stop_name, format.time(approach.last_stop_time))
      : m.notSeen(vehicle);
  return (
    <div className={styles.onMap}>
      <VehicleMap places={places} told={m.mapOf(where)} />
      <p className={styles.soft}>{where}</p>
    </div>
  );
}
