import type { JourneysJourney } from '@/api/schema';
import { Button } from '@/components/Button';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { isBookable, mainLegs, secondsBetween } from './journeys';
import { LegList } from './LegList';
import { messages } from './messages';
import { PriceOf } from './PriceOf';
import styles from './ride.module.css';

interface Props {
  journey: JourneysJourney;
  onChoose: () => void;
}

/** One way to get there, with what it costs and why it is shown. */
export function JourneyCard({ journey, onChoose }: Props) {
  const m = useMessages(messages);
  const span = useSpan(journey);
  return (
    <li className={styles.card}>
      <article>
        <Summary journey={journey} heading="h3" />
        <details className={styles.details}>
          <summary>{m.legs}</summary>
          <LegList legs={journey.legs} />
        </details>
        {isBookable(journey) ? (
          <Button kind="main" className={styles.big} onClick={onChoose} aria-label={m.chooseNamed(span)}>
            {m.choose}
          </Button>
        ) : (
          <p className={styles.soft}>{m.notBooked}</p>
        )}
      </article>
    </li>
  );
}

export function useSpan({ departure_time, arrival_time }: JourneysJourney): string {
  const m = useMessages(messages);
  const format = useFormat();
  return departure_time && arrival_time ? m.span(format.time(departure_time), format.time(arrival_time)) : '';
}

/** When, with what, for how much; and in which respect it is the best. */
export function Summary({ journey, heading: Heading }: { journey: JourneysJourney; heading: 'h2' | 'h3' }) {
  const m = useMessages(messages);
  const format = useFormat();
  const { departure_time, arrival_time, reasons, transfer_count, walk_m, co2_g, price } = journey;
  const span = useSpan(journey);
  const by = mainLegs(journey).map((leg) => leg.transit?.line_name || wordFor(m.modes, leg.mode));
  return (
    <>
      <div className={styles.heading}>
        <Heading className={styles.times}>
          {departure_time && <small>{format.day(departure_time)} </small>}
          {span}
        </Heading>
        <PriceOf price={price} />
      </div>
      <p className={styles.by}>{by.join(' · ')}</p>
      <ul className={styles.facts}>
        <li>{format.duration(secondsBetween(departure_time, arrival_time))}</li>
        <li>{transfer_count > 0 ? m.transfers(transfer_count) : m.direct}</li>
        {walk_m >= 50 && <li>{m.walk(format.distance(walk_m))}</li>}
        <li>{m.co2(format.weight(co2_g))}</li>
      </ul>
      {price && !price.complete && <p className={styles.soft}>{m.partly}</p>}
      {reasons.length > 0 && (
        <ul className={styles.reasons} aria-label={m.whyShown}>
          {reasons.map(({ code }) => (
            <li key={code}>{wordFor(m.reasons, code)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
