import { DataTable } from '@/components/DataTable';
import { Facts } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import { type Explained, linesOf, type Ride } from './explained';
import { messages } from './messages';
import styles from './StatementPage.module.css';

/** Every ride of the period, and what it came to. */
export function Rides({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const format = useFormat();
  const money = (cents: number | null) => (cents === null ? '–' : format.money(cents, explained.currency));
  if (explained.rides.length === 0) return null;
  return (
    <section className={styles.part} aria-label={m.rides}>
      <h2>{m.rides}</h2>
      <DataTable
        label={m.rides}
        rows={explained.rides}
        rowId={(ride) => ride.ride}
        first={{ id: 'departure' }}
        columns={[
          {
            id: 'departure',
            header: m.departure,
            cell: (ride) => format.dayAndTime(ride.departure_time),
            order: (ride) => ride.departure_time,
          },
          { id: 'way', header: m.way, minor: true, cell: (ride) => <Way ride={ride} /> },
          { id: 'riders', header: m.riders, minor: true, cell: (ride) => <Riders ride={ride} /> },
          {
            id: 'alone',
            header: m.alone,
            numeric: true,
            minor: true,
            cell: (ride) => money(ride.alone_cents),
          },
          {
            id: 'quoted',
            header: m.quoted,
            numeric: true,
            minor: true,
            cell: (ride) => money(ride.quoted_cents),
          },
          { id: 'counted', header: m.counted, numeric: true, cell: (ride) => money(ride.counted_cents) },
          {
            id: 'why',
            header: '',
            numeric: true,
            cell: (ride) => <WhyRide explained={explained} ride={ride} money={money} />,
          },
        ]}
      />
    </section>
  );
}

function WhyRide({
  explained,
  ride,
  money,
}: {
  explained: Explained;
  ride: Ride;
  money: (cents: number | null) => string;
}) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const lines = linesOf(explained, ride.ride);
  const adds = ride.counted_cents;
  return (
    <Why title={m.whyRide}>
      <p>{adds > 0 ? m.rideAdds(money(adds)) : adds < 0 ? m.rideCheaper(money(-adds)) : m.rideAddsNothing}</p>
      <p>{ride.alone_cents === null ? m.rideNotAlone : m.rideAlone(money(ride.alone_cents))}</p>
      <Facts
        facts={lines.map(
          (line) => [`${m.ridePaidBy} ${line.name[language]}`, line.reason[language]] as const,
        )}
      />
    </Why>
  );
}

function Way({ ride }: { ride: Pick<Ride, 'origin' | 'destination'> }) {
  const m = useMessages(messages);
  if (!ride.origin && !ride.destination) return m.unknownPlace;
  return `${ride.origin || m.unknownPlace} – ${ride.destination || m.unknownPlace}`;
}

function Riders({ ride }: { ride: Ride }) {
  const m = useMessages(messages);
  const format = useFormat();
  return Object.entries(ride.riders)
    .map(([category, count]) => {
      const word = category in m.categories ? wordFor(m.categories, category) : category;
      return `${format.number(count)} ${word}`;
    })
    .join(', ');
}

/** Rides that no product covers: somebody has to look at them. */
export function Unpriced({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const format = useFormat();
  if (explained.unpriced.length === 0) return null;
  return (
    <section className={styles.part} aria-label={m.unpriced}>
      <h2>{m.unpriced}</h2>
      <p>{m.unpricedText}</p>
      <DataTable
        label={m.unpriced}
        rows={explained.unpriced}
        rowId={(ride) => ride.ride}
        columns={[
          { id: 'departure', header: m.departure, cell: (ride) => format.dayAndTime(ride.departure_time) },
          { id: 'way', header: m.way, cell: (ride) => <Way ride={ride} /> },
        ]}
      />
    </section>
  );
}
