import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { PoolingBreakdown } from '@/api/schema';
import styles from '@/app/Banners.module.css';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { useVehicles } from '@/pages/rides/rides';
import { messages } from './messages';
import { useBreakdowns } from './reports';

/** Older ones are known by then. */
const SHOWN_MS = 12 * 3_600_000;

/** Says on every page which vehicle stands still, and leads to whom to call: drivers report it on the road. */
export default function BrokenNow(): ReactNode {
  const m = useMessages(messages);
  const format = useFormat();
  const vehicles = useVehicles().data;
  const breakdowns = useBreakdowns().data ?? [];
  const standing = (vehicles ?? []).flatMap((vehicle) => {
    const latest = breakdowns.find(({ vehicle_id }) => vehicle_id === vehicle.vehicle_id);
    return vehicle.out_of_service && latest && isFresh(latest) ? [{ vehicle, latest }] : [];
  });
  return (
    <div aria-live="polite">
      {standing.map(({ vehicle, latest }) => (
        <p key={latest.breakdown_id} className={styles.banner}>
          <TriangleAlert aria-hidden="true" />
          <span>
            {m.standing(vehicle.name || vehicle.vehicle_id, format.time(latest.event_time ?? ''))}{' '}
            <Link to={`/breakdowns/${latest.breakdown_id}`}>
              {m.whoIsConcerned(latest.moved_count + latest.later_count + latest.stranded_count)}
            </Link>
          </span>
        </p>
      ))}
    </div>
  );
}

function isFresh({ event_time = '' }: PoolingBreakdown): boolean {
  return Math.abs(Date.now() - Date.parse(event_time)) < SHOWN_MS;
}
