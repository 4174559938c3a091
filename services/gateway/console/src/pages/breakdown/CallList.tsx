import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { Link } from 'react-router';
import { client, told } from '@/api/client';
import type { PoolingPromise, PoolingRide, PoolingStranded, PoolingTakenOver } from '@/api/schema';
import { Badge, type Tone } from '@/components/Badge';
import { Facts, Panel } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as deskMessages } from '@/pages/desk/messages';
import { messages as rideMessages } from '@/pages/rides/messages';
import { STATE_TONES, useVehicleName } from '@/pages/rides/rides';
import styles from './Breakdown.module.css';
import { messages } from './messages';

type Change = PoolingTakenOver | PoolingStranded;

interface Props {
  title: string;
  hint: string;
  tone: Tone;
  changes: readonly Change[];
  ticked: ReadonlySet<string>;
  onTick: (rideId: string) => void;
}

/** Rides with the same fate, to be called one by one. */
export function CallList({ title, hint, tone, changes, ticked, onTick }: Props) {
  if (changes.length === 0) return null;
  return (
    <section className={styles.list}>
      <h2>
        {title} <Badge tone={tone}>{changes.length}</Badge>
      </h2>
      <p className={styles.hint}>{hint}</p>
      <ul className={styles.calls}>
        {changes.map(
          (change) =>
            change.ride && (
              <li key={change.ride.ride_id}>
                <CallCard
                  change={change}
                  ride={change.ride}
                  isTicked={ticked.has(change.ride.ride_id)}
                  onTick={onTick}
                />
              </li>
            ),
        )}
      </ul>
    </section>
  );
}

interface CardProps {
  change: Change;
  ride: PoolingRide;
  isTicked: boolean;
  onTick: (rideId: string) => void;
}

function CallCard({ change, ride, isTicked, onTick }: CardProps) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const rides = useMessages(rideMessages);
  const vehicleName = useVehicleName();
  const spanOf = useSpan();
  const id = useId();
  const route = m.whoOf(ride.pickup?.label ?? '', ride.dropoff?.label ?? '');
  const former = 'former_promise' in change ? change.former_promise : ride.promise;
  const facts: (readonly [string, React.ReactNode])[] = [[m.old, spanOf(former)]];
  if ('former_promise' in change) {
    if (spanOf(ride.promise) !== spanOf(former))
      facts.push([m.now, <strong key="now">{spanOf(ride.promise)}</strong>]);
    facts.push([m.takenBy, vehicleName(ride.vehicle_id)]);
  } else if (ride.vehicle_id) facts.push([m.takenSince, vehicleName(ride.vehicle_id)]);
  return (
    <Panel>
      <div className={styles.head}>
        <h3>{route}</h3>
        {ride.state !== 'RIDE_STATE_BOOKED' && (
          <Badge tone={STATE_TONES[ride.state] ?? 'plain'}>{wordFor(rides.states, ride.state)}</Badge>
        )}
        {change.was_aboard && <Badge tone="warn">{m.wasAboard}</Badge>}
      </div>
      {change.was_aboard && <p className={styles.hint}>{m.waits}</p>}
      <Contact ride={ride} />
      <Facts facts={facts} />
      <div className={styles.does}>
        <label htmlFor={id} className={styles.tick}>
          <input
            id={id}
            type="checkbox"
            aria-label={m.isCalledOf(route)}
            checked={isTicked}
            onChange={() => onTick(ride.ride_id)}
          />
          {m.isCalled}
        </label>
        <Link to={`/rides/${ride.ride_id}`}>{m.open}</Link>
        {'reasons' in change && (
          <Why title={m.nobodyTakes}>
            <ul>
              {change.reasons.map((reason) => (
                <li key={reason.code}>{wordFor(desk.reasons, reason.code)}</li>
              ))}
            </ul>
          </Why>
        )}
      </div>
    </Panel>
  );
}

/** Name and number of whom to call, asked as the ride's own page does. */
function Contact({ ride }: { ride: PoolingRide }) {
  const m = useMessages(messages);
  const found = useQuery({
    queryKey: ['ride', ride.ride_id],
    queryFn: async () =>
      told(await client.GET('/v1/rides/{ride_id}', { params: { path: { ride_id: ride.ride_id } } })),
  });
  const contact = found.data?.contact;
  if (!contact?.phone) return <p className={styles.hint}>{contact?.name || m.noContact}</p>;
  return (
    <p className={styles.contact}>
      {contact.name} <a href={`tel:${contact.phone.replace(/[^\d+]/g, '')}`}>{contact.phone}</a>
    </p>
  );
}

/** A promise in a line. */
function useSpan(): (promise: PoolingPromise | undefined) => string {
  const m = useMessages(messages);
  const format = useFormat();
  return (promise) => {
    const { earliest, latest } = promise?.pickup_window ?? {};
    if (!earliest || !latest || !promise?.latest_arrival) return '–';
    return m.span(format.time(earliest), format.time(latest), format.time(promise.latest_arrival));
  };
}
