import { BusFront, CarFront, Footprints, Route } from 'lucide-react';
import type { JourneysJourney, PoolingOffer } from '@/api/schema';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import type { Option } from './booking';
import { legsInShort } from './journeys';
import { messages } from './messages';
import styles from './OptionRow.module.css';

/** One way to travel, in two lines. */
export function OptionRow({ option, place }: { option: Option; place: number }) {
  return (
    <div className={styles.row}>
      <kbd aria-hidden="true" className={styles.key}>
        {place + 1}
      </kbd>
      {option.type === 'offer' ? (
        <OfferLines offer={option.offer} />
      ) : (
        <JourneyLines journey={option.journey} />
      )}
    </div>
  );
}

function OfferLines({ offer }: { offer: PoolingOffer }) {
  const m = useMessages(messages);
  const format = useFormat();
  const window = offer.promise?.pickup_window;
  const walkM = (offer.pickup?.walk_m ?? 0) + (offer.dropoff?.walk_m ?? 0);
  const rideS =
    (Date.parse(offer.planned_dropoff_time ?? '') - Date.parse(offer.planned_pickup_time ?? '')) / 1000;
  const Icon = offer.vehicle_kind === 'VEHICLE_KIND_DOERPSMOBIL' ? CarFront : BusFront;
  if (!window?.earliest || !window.latest || !offer.promise?.latest_arrival) return null;
  return (
    <div className={styles.lines}>
      <p className={styles.main}>
        <span className={styles.day}>{format.day(window.earliest)}</span>
        <strong>{spanOf(format.time(window.earliest), format.time(window.latest))}</strong>
        <span className={styles.arrival}>
          {m.arrival} <strong>{format.time(offer.promise.latest_arrival)}</strong>
        </span>
      </p>
      <p className={styles.more}>
        <span>
          <Icon aria-hidden="true" />
          {wordFor(m.kinds, offer.vehicle_kind)}
        </span>
        <span>{m.rideTime(format.duration(rideS || secondsOf(offer.direct_duration)))}</span>
        {walkM > 0 && (
          <span>
            <Footprints aria-hidden="true" />
            {m.walkTo(format.distance(walkM))}
          </span>
        )}
      </p>
    </div>
  );
}

function JourneyLines({ journey }: { journey: JourneysJourney }) {
  const m = useMessages(messages);
  const format = useFormat();
  if (!journey.departure_time || !journey.arrival_time) return null;
  const seconds = (Date.parse(journey.arrival_time) - Date.parse(journey.departure_time)) / 1000;
  return (
    <div className={styles.lines}>
      <p className={styles.main}>
        <span className={styles.day}>{format.day(journey.departure_time)}</span>
        <strong>{spanOf(format.time(journey.departure_time), format.time(journey.arrival_time))}</strong>
        <span className={styles.arrival}>{m.transfers(journey.transfer_count)}</span>
      </p>
      <p className={styles.more}>
        <span>
          <Route aria-hidden="true" />
          {legsInShort(journey, m, format)}
        </span>
        <span>{format.duration(seconds)}</span>
        {journey.price && journey.price.cents > 0 && (
          <span>{format.money(journey.price.cents, journey.price.currency || 'EUR')}</span>
        )}
      </p>
    </div>
  );
}

function spanOf(from: string, until: string): string {
  return from === until ? from : `${from}–${until}`;
}
