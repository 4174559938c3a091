import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { client, told } from '@/api/client';
import type { PoolingContact, PoolingRide } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Facts, PageFrame, Panel } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { RIDE_EVENTS } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';
import { messages as deskMessages } from '@/pages/desk/messages';
import { spokenPromise } from '@/pages/desk/promise';
import { messages as listMessages } from '@/pages/rides/messages';
import { isStranded, STATE_TONES, useVehicles } from '@/pages/rides/rides';
import { whyCancelled } from './cancelled';
import { messages } from './messages';
import { RideActions } from './RideActions';
import styles from './RidePage.module.css';

/** One ride: what was promised, what is planned, what happened, and what can be done. */
export default function RidePage() {
  const { rideId = '' } = useParams();
  const m = useMessages(messages);
  useLiveQuery(RIDE_EVENTS, ['ride', rideId]);
  const ride = useQuery({
    queryKey: ['ride', rideId],
    queryFn: async () =>
      told(await client.GET('/v1/rides/{ride_id}', { params: { path: { ride_id: rideId } } })),
  });
  if (ride.isPending) return <Loading />;
  if (ride.isError || !ride.data.ride) {
    return (
      <PageFrame title={m.title} about={<Link to="/rides">{m.all}</Link>}>
        <Failure error={ride.error} onAgain={() => void ride.refetch()} />
      </PageFrame>
    );
  }
  return <Shown ride={ride.data.ride} contact={ride.data.contact} />;
}

function Shown({ ride, contact }: { ride: PoolingRide; contact: PoolingContact | undefined }) {
  const m = useMessages(messages);
  const list = useMessages(listMessages);
  const desk = useMessages(deskMessages);
  const format = useFormat();
  const vehicle = useVehicles().data?.find(({ vehicle_id }) => vehicle_id === ride.vehicle_id);
  const { pickup, dropoff, promise } = ride;
  const window = promise?.pickup_window;
  const { seated_count = 0, wheelchair_count = 0 } = ride.party ?? {};
  const kind = vehicle?.kind ?? 'VEHICLE_KIND_UNSPECIFIED';
  const isOver = ride.state === 'RIDE_STATE_COMPLETED';
  return (
    <PageFrame
      title={`${pickup?.label ?? ''} → ${dropoff?.label ?? ''}`}
      about={
        <>
          <Link to={`/rides?day=${ride.service_date}`}>{m.all}</Link>
          {' · '}
          {window?.earliest && format.dayAndTime(window.earliest)} {' · '}
          <Badge tone={STATE_TONES[ride.state] ?? 'plain'}>{wordFor(list.states, ride.state)}</Badge>
          {isStranded(ride) && (
            <>
              {' · '}
              {m.stranded}
            </>
          )}
        </>
      }
      actions={<RideActions ride={ride} contact={contact} />}
    >
      <div className={styles.panels}>
        <Panel title={m.promise}>
          {window?.earliest && window.latest && promise?.latest_arrival && (
            <Facts
              facts={[
                [m.window, m.windowValue(format.time(window.earliest), format.time(window.latest))],
                [m.latest, format.time(promise.latest_arrival)],
                [m.longest, format.duration(secondsOf(promise.max_ride_duration))],
              ]}
            />
          )}
          <p className={styles.spoken}>{spokenPromise({ ...ride, kind }, desk, format)}</p>
        </Panel>
        <Panel title={m.plan}>
          <Facts
            facts={[
              [
                ride.state === 'RIDE_STATE_BOOKED' ? m.planned(m.pickup) : m.pickup,
                ride.pickup_time ? format.time(ride.pickup_time) : '–',
              ],
              [
                isOver ? m.dropoff : m.planned(m.dropoff),
                ride.dropoff_time ? format.time(ride.dropoff_time) : '–',
              ],
              [
                m.vehicle,
                vehicle
                  ? `${vehicle.name} (${wordFor(desk.kinds, vehicle.kind)})`
                  : ride.vehicle_id || <Badge tone="bad">{list.stranded}</Badge>,
              ],
              [
                m.people,
                wheelchair_count > 0
                  ? `${seated_count} + ${list.wheelchairs(wheelchair_count)}`
                  : seated_count,
              ],
              [m.walk, format.distance((pickup?.walk_m ?? 0) + (dropoff?.walk_m ?? 0))],
            ]}
          />
          <div>
            <Why title={m.whyVehicle}>
              <p>{m.whyText}</p>
              <Facts
                facts={[
                  [m.direct, format.duration(secondsOf(ride.direct_duration))],
                  [
                    m.detour,
                    format.duration(Math.max(0, plannedSeconds(ride) - secondsOf(ride.direct_duration))),
                  ],
                ]}
              />
            </Why>
          </div>
        </Panel>
        <Panel title={m.contact}>
          {contact && (contact.name || contact.phone) ? (
            <Facts
              facts={[
                [m.name, contact.name],
                [
                  m.phone,
                  <a key="phone" href={`tel:${contact.phone.replace(/[^\d+]/g, '')}`}>
                    {contact.phone}
                  </a>,
                ],
              ]}
            />
          ) : (
            <p>{m.noContact}</p>
          )}
        </Panel>
        <History ride={ride} />
      </div>
    </PageFrame>
  );
}

function plannedSeconds(ride: PoolingRide): number {
  return (Date.parse(ride.dropoff_time ?? '') - Date.parse(ride.pickup_time ?? '')) / 1000;
}

function History({ ride }: { ride: PoolingRide }) {
  const m = useMessages(messages);
  const format = useFormat();
  const at = (instant: string | undefined) => (instant ? format.exact(instant) : '–');
  const boarded = ride.state === 'RIDE_STATE_ABOARD' || ride.state === 'RIDE_STATE_COMPLETED';
  const facts: (readonly [string, React.ReactNode])[] = [[m.booked, at(ride.book_time)]];
  if (boarded) facts.push([m.boarded, at(ride.pickup_time)]);
  if (ride.state === 'RIDE_STATE_COMPLETED') facts.push([m.alighted, at(ride.dropoff_time)]);
  if (ride.state === 'RIDE_STATE_CANCELLED')
    facts.push([m.cancelled, whyCancelled(ride.cancel_reason, m.cancelReasons)]);
  if (ride.state === 'RIDE_STATE_NO_SHOW') facts.push([m.noShow, at(ride.pickup_time)]);
  return (
    <Panel title={m.history}>
      <Facts facts={facts} />
    </Panel>
  );
}
