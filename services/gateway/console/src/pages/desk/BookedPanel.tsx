import { CircleCheck } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { Button } from '@/components/Button';
import { Facts } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import styles from './BookedPanel.module.css';
import type { Booked } from './booking';
import { spokenJourney } from './journeys';
import { messages } from './messages';
import { spokenPromise } from './promise';

/** Enough to tell rides apart on the phone. */
const SHOWN_OF_ID = 8;

interface Props {
  booked: Booked;
  onBack: () => void;
  onRepeat: () => void;
  onNext: () => void;
}

/** It is booked: what to tell the caller, and what usually comes next, each one key away. */
export function BookedPanel({ booked, onBack, onRepeat, onNext }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const spoken =
    booked.type === 'offer'
      ? spokenPromise({ ...booked.ride, kind: booked.offer.vehicle_kind }, m, format)
      : spokenJourney(booked.booking.journey ?? booked.journey, m, format);
  const id = booked.type === 'offer' ? booked.ride.ride_id : booked.booking.booking_id;
  return (
    <section className={styles.booked} aria-labelledby="desk-booked">
      <h2 id="desk-booked" ref={heading} tabIndex={-1}>
        <CircleCheck aria-hidden="true" />
        {m.booked}
      </h2>
      <p className={styles.hint}>{m.bookedHint}</p>
      <p className={styles.spoken}>{spoken}</p>
      {booked.call.replaces && <p>{m.replaced}</p>}
      <Facts
        facts={[
          [
            m.number,
            booked.type === 'offer' ? (
              <Link key={id} to={`/rides/${id}`}>
                {id.slice(0, SHOWN_OF_ID)}
              </Link>
            ) : (
              id.slice(0, SHOWN_OF_ID)
            ),
          ],
        ]}
      />
      <div className={styles.actions}>
        <Button kind="main" keys="R" onClick={onBack}>
          {m.back}
        </Button>
        <Button keys="W" onClick={onRepeat}>
          {m.repeat}
        </Button>
        <Button keys="N" onClick={onNext}>
          {m.next}
        </Button>
      </div>
    </section>
  );
}
