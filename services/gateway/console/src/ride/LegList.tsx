import { Bike, BusFront, Car, Footprints, MapPin, TrainFront } from 'lucide-react';
import type { JourneysConnection, JourneysLeg, JourneysLegBooking } from '@/api/schema';
import { Badge } from '@/components/Badge';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages } from './messages';
import styles from './ride.module.css';

const ICONS: Record<string, typeof BusFront> = {
  MODE_WALK: Footprints,
  MODE_BICYCLE: Bike,
  MODE_SHARED_BICYCLE: Bike,
  MODE_CAR: Car,
  MODE_SHARED_CAR: Car,
  MODE_LIFT: Car,
  MODE_TRANSIT: TrainFront,
  MODE_POOLED_RIDE: BusFront,
  MODE_FOREIGN_ON_DEMAND: BusFront,
};

interface Props {
  legs: readonly JourneysLeg[];
  /** Of a booking: what became of each. */
  booked?: readonly JourneysLegBooking[];
  connections?: readonly JourneysConnection[];
}

/** A journey, part by part. */
export function LegList({ legs, booked, connections = [] }: Props) {
  return (
    <ol className={styles.legs}>
      {legs.map((leg, number) => (
        <LegItem
          // biome-ignore lint/suspicious/noArrayIndexKey: legs have no name of their own, and stay in order
          key={number}
          leg={leg}
          booked={booked?.[number]}
          connection={connections.find(({ leg_number }) => leg_number === number)}
        />
      ))}
    </ol>
  );
}

interface ItemProps {
  leg: JourneysLeg;
  booked: JourneysLegBooking | undefined;
  connection: JourneysConnection | undefined;
}

function LegItem({ leg, booked, connection }: ItemProps) {
  const m = useMessages(messages);
  const format = useFormat();
  const Icon = ICONS[leg.mode] ?? MapPin;
  const from = booked?.ride?.pickup_time ?? leg.departure_time;
  const until = booked?.ride?.dropoff_time ?? leg.arrival_time;
  const what = leg.transit
    ? m.towards(leg.transit.line_name, leg.transit.headsign)
    : leg.shared_car?.car_name || leg.foreign_on_demand?.service_name || wordFor(m.modes, leg.mode);
  const state = booked ? wordFor(m.legStates, booked.state) : '';
  return (
    <li className={styles.leg}>
      <Icon aria-hidden="true" />
      <div>
        <p>
          <strong>{what}</strong>
          {state && (
            <>
              {' '}
              <Badge tone={booked?.state === 'LEG_BOOKING_STATE_BOOKED' ? 'good' : 'warn'}>{state}</Badge>
            </>
          )}
        </p>
        <p>
          {m.fromTo(leg.from?.label ?? '', leg.to?.label ?? '')}
          {leg.from?.platform && `, ${m.platform(leg.from.platform)}`}
        </p>
        <p className={styles.soft}>
          {from && until && m.at(format.time(from), format.time(until))}
          {leg.mode === 'MODE_WALK' && ` · ${format.distance(leg.distance_m)}`}
        </p>
        <More leg={leg} />
        {booked && booked.state === 'LEG_BOOKING_STATE_RELEASED' && booked.message && (
          <p className={styles.warning}>{booked.message}</p>
        )}
        {connection && wordFor(m.connections, connection.state) && (
          <p className={connection.state === 'CONNECTION_STATE_MISSED' ? styles.warning : styles.soft}>
            {wordFor(m.connections, connection.state)}
          </p>
        )}
      </div>
    </li>
  );
}

/** What is promised, observed, or booked elsewhere. */
function More({ leg }: { leg: JourneysLeg }) {
  const m = useMessages(messages);
  const format = useFormat();
  const promise = leg.pooled?.offer?.promise;
  const { earliest, latest } = promise?.pickup_window ?? {};
  return (
    <>
      {earliest && latest && (
        <p className={styles.soft}>{m.promised(format.time(earliest), format.time(latest))}</p>
      )}
      {promise?.latest_arrival && (
        <p className={styles.soft}>{m.latest(format.time(promise.latest_arrival))}</p>
      )}
      {leg.bench && <p className={styles.soft}>{m.chance(format.percent(leg.bench.chance))}</p>}
      {leg.transit?.alerts.map((alert) => (
        <p key={alert} className={styles.warning}>
          {alert}
        </p>
      ))}
      {leg.foreign_on_demand && (
        <p className={styles.soft}>
          {m.elsewhere}
          {leg.foreign_on_demand.phone && (
            <>
              {': '}
              {m.phone} <a href={`tel:${leg.foreign_on_demand.phone}`}>{leg.foreign_on_demand.phone}</a>
            </>
          )}
        </p>
      )}
    </>
  );
}
