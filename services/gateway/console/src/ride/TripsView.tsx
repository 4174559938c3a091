import { useQuery } from '@tanstack/react-query';
import type { JourneysBooking } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { hashOf } from './address';
import { ownBookings } from './calls';
import { messages } from './messages';
import styles from './ride.module.css';

/** What was booked on this device. */
export function TripsView() {
  const m = useMessages(messages);
  const bookings = useQuery({ queryKey: ['bookings'], queryFn: ownBookings });
  const now = Date.now();
  const isUpcoming = ({ journey, state }: JourneysBooking) =>
    Date.parse(journey?.arrival_time ?? '') >= now &&
    state !== 'BOOKING_STATE_CANCELLED' &&
    state !== 'BOOKING_STATE_FAILED';
  const all = bookings.data ?? [];
  const upcoming = all.filter(isUpcoming).reverse();
  const past = all.filter((booking) => !isUpcoming(booking));
  return (
    <>
      <h1>{m.trips}</h1>
      <p className={styles.soft}>{m.tripsAbout}</p>
      {bookings.isPending && <Loading />}
      {bookings.isError && <Failure error={bookings.error} onAgain={() => void bookings.refetch()} />}
      {bookings.data && all.length === 0 && (
        <section className={styles.card}>
          <p>{m.noTrips}</p>
          <p>
            <a href={hashOf({ view: 'plan' })}>{m.plan}</a>
          </p>
        </section>
      )}
      {upcoming.length > 0 && <Part title={m.upcoming} bookings={upcoming} />}
      {past.length > 0 && <Part title={m.past} bookings={past} />}
    </>
  );
}

function Part({ title, bookings }: { title: string; bookings: readonly JourneysBooking[] }) {
  const m = useMessages(messages);
  const format = useFormat();
  return (
    <section>
      <h2>{title}</h2>
      <ul className={styles.journeys}>
        {bookings.map(({ booking_id, journey, state }) => {
          const [first, last] = [journey?.legs.at(0), journey?.legs.at(-1)];
          const way = m.fromTo(first?.from?.label ?? '', last?.to?.label ?? '');
          const when = journey?.departure_time ? format.dayAndTime(journey.departure_time) : '';
          return (
            <li key={booking_id} className={styles.card}>
              <div className={styles.heading}>
                <h3>
                  <a
                    href={hashOf({ view: 'booking', bookingId: booking_id })}
                    aria-label={m.openTrip(`${when}, ${way}`)}
                  >
                    {when}
                  </a>
                </h3>
                <Badge tone={state === 'BOOKING_STATE_BOOKED' ? 'good' : 'plain'}>
                  {wordFor(m.states, state)}
                </Badge>
              </div>
              <p>{way}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
