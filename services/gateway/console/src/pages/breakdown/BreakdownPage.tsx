import { Link, useParams } from 'react-router';
import type { PoolingBreakdown, PoolingGetBreakdownResponse } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { useVehicleName, useVehicles } from '@/pages/rides/rides';
import { CallList } from './CallList';
import { messages } from './messages';
import { useBreakdown, useTicks } from './reports';

/** What became of a vehicle's rides after its breakdown: whom to call, and what to tell them. */
export default function BreakdownPage() {
  const { breakdownId = '' } = useParams();
  const m = useMessages(messages);
  const vehicleName = useVehicleName();
  const found = useBreakdown(breakdownId);
  if (found.isPending) return <Loading />;
  if (found.isError || !found.data.breakdown)
    return (
      <PageFrame title={m.breakdown}>
        {found.isError && <Failure error={found.error} onAgain={() => void found.refetch()} />}
        <p>
          <Link to="/breakdowns">{m.toBreakdowns}</Link>
        </p>
      </PageFrame>
    );
  const { breakdown } = found.data;
  return (
    <PageFrame title={m.title(vehicleName(breakdown.vehicle_id))} about={<About breakdown={breakdown} />}>
      <Lists key={breakdownId} breakdown={breakdown} found={found.data} />
    </PageFrame>
  );
}

function About({ breakdown }: { breakdown: PoolingBreakdown }) {
  const m = useMessages(messages);
  const format = useFormat();
  const vehicle = useVehicles().data?.find(({ vehicle_id }) => vehicle_id === breakdown.vehicle_id);
  const { event_time = '', place, reason } = breakdown;
  const parts = [
    m.happened(format.day(event_time), format.time(event_time)),
    reason === 'BREAKDOWN_REASON_UNSPECIFIED' ? '' : wordFor(m.reasons, reason),
    place && m.stands(placeName(place, vehicle?.name || breakdown.vehicle_id, m)),
    vehicle && (vehicle.out_of_service ? m.outOfService : m.runsAgain),
  ];
  const at = place?.position && `${place.position.latitude_deg},${place.position.longitude_deg}`;
  return (
    <>
      {parts.filter(Boolean).join(' · ')}
      {at && (
        <>
          {' · '}
          <Link to={`/map?at=${at}`}>{m.onMap}</Link>
        </>
      )}
      {' · '}
      <Link to="/fleet">{m.toFleet}</Link>
      {' · '}
      <Link to="/breakdowns">{m.toBreakdowns}</Link>
    </>
  );
}

interface ListsProps {
  breakdown: PoolingBreakdown;
  found: PoolingGetBreakdownResponse;
}

function Lists({ breakdown, found }: ListsProps) {
  const m = useMessages(messages);
  const [ticked, toggle] = useTicks(breakdown.breakdown_id);
  const toCall = callsOf(found);
  const done = toCall.filter((rideId) => ticked.has(rideId)).length;
  const nobody = found.moved.length + found.later.length + found.stranded.length === 0;
  return (
    <>
      {breakdown.later_days_ride_count > 0 && <p>{m.laterDays(breakdown.later_days_ride_count)}</p>}
      {nobody && (
        <Empty title={m.nobody}>
          <p>{m.nobodyHint}</p>
        </Empty>
      )}
      {toCall.length > 0 && <p role="status">{m.called(done, toCall.length)}</p>}
      <CallList
        title={m.stranded}
        hint={m.strandedHint}
        tone="bad"
        changes={found.stranded}
        ticked={ticked}
        onTick={toggle}
      />
      <CallList
        title={m.later}
        hint={m.laterHint}
        tone="warn"
        changes={found.later}
        ticked={ticked}
        onTick={toggle}
      />
      <CallList
        title={m.moved}
        hint={m.movedHint}
        tone="good"
        changes={found.moved}
        ticked={ticked}
        onTick={toggle}
      />
    </>
  );
}

/** Rides whose passengers have to hear of it. */
function callsOf({ stranded, later, moved }: PoolingGetBreakdownResponse): string[] {
  return [...stranded, ...later, ...moved.filter(({ was_aboard }) => was_aboard)].flatMap(({ ride }) =>
    ride ? [ride.ride_id] : [],
  );
}

function placeName(
  { label, position }: NonNullable<PoolingBreakdown['place']>,
  vehicleName: string,
  m: { position: (lat: string, lon: string) => string },
) {
  const { latitude_deg = 0, longitude_deg = 0 } = position ?? {};
  const spelled = m.position(latitude_deg.toFixed(5), longitude_deg.toFixed(5));
  // Without a name of its own, the place is called after the vehicle.
  return label && label !== vehicleName ? `${label} (${spelled})` : spelled;
}
