import { Link } from 'react-router';
import { useMessages } from '@/i18n/language';
import { useVehicleName } from '@/pages/rides/rides';
import { messages } from './messages';
import { useBreakdowns } from './reports';

/** The way to a vehicle's latest breakdown; nothing where none is known. */
export function BreakdownLink({ vehicleId }: { vehicleId: string }) {
  const m = useMessages(messages);
  const vehicleName = useVehicleName();
  const latest = useBreakdowns().data?.find(({ vehicle_id }) => vehicle_id === vehicleId);
  if (!latest) return null;
  return (
    <Link
      to={`/breakdowns/${latest.breakdown_id}`}
      aria-label={m.title(vehicleName(vehicleId))}
      // The row itself opens the vehicle.
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {m.showBreakdown}
    </Link>
  );
}
