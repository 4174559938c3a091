import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { client, told } from '@/api/client';
import { Problem } from '@/api/problem';
import { Failure, RefusalBox } from '@/app/Failure';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';

/** More than that are looked up one by one, and nobody reads them. */
const MOST_SHOWN = 5;

/** Why a shift stays as it is, with the rides that stand against another one. */
export function Refusal({ error }: { error: unknown }) {
  const m = useMessages(messages);
  const sentence = error instanceof Problem ? m.refusals[error.reason] : undefined;
  if (!(error instanceof Problem) || !sentence) return <Failure error={error} />;
  const rideIds = error.metadata.ride_ids?.split(',').filter(Boolean) ?? [];
  return (
    <RefusalBox>
      <p>{sentence}</p>
      {rideIds.length > 0 && (
        <>
          <p>{m.promisedRides(rideIds.length > MOST_SHOWN)}</p>
          <ul>
            {rideIds.slice(0, MOST_SHOWN).map((rideId) => (
              <li key={rideId}>
                <RideLink rideId={rideId} />
              </li>
            ))}
          </ul>
        </>
      )}
    </RefusalBox>
  );
}

function RideLink({ rideId }: { rideId: string }) {
  const format = useFormat();
  const ride = useQuery({
    queryKey: ['ride', rideId],
    queryFn: async () =>
      told(await client.GET('/v1/rides/{ride_id}', { params: { path: { ride_id: rideId } } })),
  }).data?.ride;
  const text = ride
    ? `${ride.pickup_time ? format.time(ride.pickup_time) : ''} ${ride.pickup?.label ?? ''} → ${ride.dropoff?.label ?? ''}`
    : rideId;
  return <Link to={`/rides/${encodeURIComponent(rideId)}`}>{text}</Link>;
}
