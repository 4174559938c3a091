import { BusFront } from 'lucide-react';
import type { JourneysBooking, JourneysRideNow } from '@/api/schema';
import { type Format, useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { comingOf, ridesOf } from './coming';
import { messages, type Words } from './messages';
import { OnTheMap } from './OnTheMap';
import styles from './ride.module.css';

/** Where the vehicle is, in sentences: read aloud whenever one of them changes. */
export function ComingTold({ booking }: { booking: JourneysBooking }) {
  const m = useMessages(messages) as Words;
  const format = useFormat();
  const rides = ridesOf(booking);
  if (rides.length === 0) return null;
  return (
    <>
      <section className={styles.coming} role="status">
        <BusFront aria-hidden="true" />
        <div>
          {rides.map(({ number, ride }) => (
            <div key={number}>
              {sentences(ride, m, format).map((sentence, place) => (
                <p key={sentence}>{place === 0 ? <strong>{sentence}</strong> : sentence}</p>
              ))}
            </div>
          ))}
        </div>
      </section>
      {rides.map(
        ({ number, ride }) =>
          ride.approach && <OnTheMap key={number} booking={booking} number={number} ride={ride} />,
      )}
    </>
  );
}

function sentences(ride: JourneysRideNow, m: Words, format: Format): string[] {
  const coming = comingOf(ride);
  const pickup = format.time(ride.pickup_time ?? '');
  const vehicle = 'vehicle' in coming ? coming.vehicle || m.aVehicle : m.aVehicle;
  switch (coming.kind) {
    case 'later':
      return [m.coming.later(pickup), ...promised(ride, m, format), m.coming.soon];
    case 'stranded':
      return [m.coming.stranded];
    case 'coming':
      return [
        m.coming.coming(vehicle, pickup),
        coming.stopsBefore > 0 ? m.stopsBefore(coming.stopsBefore) : m.noStopsBefore,
        ...last(ride, m, format),
        ...promised(ride, m, format),
      ];
    case 'waiting':
      return [m.coming.waiting(vehicle)];
    case 'aboard':
      return [
        m.coming.aboard(vehicle, format.time(ride.dropoff_time ?? '')),
        coming.stopsBefore > 0 ? m.stopsBefore(coming.stopsBefore) : m.straightThere,
      ];
    case 'missed':
      return [m.coming.missed];
    case 'over':
      return [m.coming.over];
  }
}

function promised({ promise }: JourneysRideNow, m: Words, format: Format): string[] {
  const { earliest, latest } = promise?.pickup_window ?? {};
  return earliest && latest ? [m.promised(format.time(earliest), format.time(latest))] : [];
}

function last({ approach }: JourneysRideNow, m: Words, format: Format): string[] {
  if (!approach?.last_stop_name || !approach.last_stop_time) return [];
  return [m.lastStop(approach.last_stop_name, format.time(approach.last_stop_time))];
}
