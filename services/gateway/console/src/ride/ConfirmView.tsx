import { useRef, useState } from 'react';
import { newKey } from '@/api/client';
import { Problem } from '@/api/problem';
import type { JourneysBooking, JourneysJourney } from '@/api/schema';
import { useTold } from '@/app/Failure';
import { Button } from '@/components/Button';
import { classes } from '@/components/classes';
import { TextField } from '@/components/Field';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { goTo } from './address';
import { book, ownAccount } from './calls';
import { Summary } from './JourneyCard';
import { isBookable, sameAgain, wasTooLate } from './journeys';
import { LegList } from './LegList';
import { messages } from './messages';
import type { Question } from './question';
import styles from './ride.module.css';
import type { Search } from './useSearch';

interface Props {
  journey: JourneysJourney;
  onJourney: (journey: JourneysJourney) => void;
  search: Search;
  question: Question;
}

type Pay = 'online' | 'aboard';
type Trouble =
  | { kind: 'changed' }
  | { kind: 'gone' }
  | { kind: 'account' }
  | { kind: 'error'; error: unknown };

/** The journey once more, whom to call, how to pay; one press books it. */
export function ConfirmView({ journey, onJourney, search, question }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [pay, setPay] = useState<Pay>('online');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  // One intention, one key: pressed twice, or sent again after a cut line, it books once.
  const keys = useRef(new Map<string, string>());

  function keyOf(wanted: JourneysJourney, payer: string | null): string {
    const intention = JSON.stringify([wanted.journey_id, payer, name, phone]);
    const key = keys.current.get(intention) ?? newKey();
    keys.current.set(intention, key);
    return key;
  }

  async function tried(wanted: JourneysJourney, payer: string | null): Promise<JourneysBooking | 'too late'> {
    try {
      const contact = { name: name.trim(), phone: phone.trim() };
      const key = keyOf(wanted, payer);
      const booking = await book({ journeyId: wanted.journey_id, key, contact, payer });
      const failed = booking.state === 'BOOKING_STATE_FAILED' || booking.state === 'BOOKING_STATE_RELEASING';
      return failed && wasTooLate(booking.reason) ? 'too late' : booking;
    } catch (error) {
      if (error instanceof Problem && wasTooLate(error.reason)) return 'too late';
      throw error;
    }
  }

  async function go() {
    setBusy(true);
    setTrouble(null);
    try {
      let payer: string | null = null;
      if (pay === 'online') {
        try {
          payer = await ownAccount();
        } catch (error) {
          setTrouble(
            error instanceof Problem && error.passing ? { kind: 'account' } : { kind: 'error', error },
          );
          return;
        }
      }
      const first = await tried(journey, payer);
      if (first !== 'too late') return done(first);
      const anew = await search.again();
      const same = sameAgain(journey, anew);
      const second = same ? await tried(same, payer) : 'too late';
      if (second !== 'too late') return done(second);
      const next = anew.find(isBookable);
      if (next) onJourney(next);
      setTrouble({ kind: next ? 'changed' : 'gone' });
    } catch (error) {
      setTrouble({ kind: 'error', error });
    } finally {
      setBusy(false);
    }
  }

  function done(booking: JourneysBooking) {
    goTo({ view: 'booking', bookingId: booking.booking_id });
  }

  const { price } = journey;
  const costs = price?.complete && price.cents > 0 && pay === 'online';
  return (
    <>
      <h1>{m.confirmTitle}</h1>
      <p>
        <a href="#/">{m.back}</a>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void go();
        }}
      >
        <section className={styles.card}>
          <Summary journey={journey} heading="h2" />
          <p>{m.travellers(question.seated, question.wheelchairs)}</p>
          <LegList legs={journey.legs} />
        </section>
        <fieldset className={styles.card}>
          <legend>{m.pay}</legend>
          {(['online', 'aboard'] as const).map((way) => (
            <label key={way} className={styles.way}>
              <input type="radio" name="pay" checked={pay === way} onChange={() => setPay(way)} />
              <span>
                <strong>{way === 'online' ? m.payOnline : m.payAboard}</strong>
                <small>{way === 'online' ? m.payOnlineHint : m.payAboardHint}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset className={styles.card}>
          <legend>{m.contact}</legend>
          <p className={styles.soft}>{m.contactHint}</p>
          <div className={classes(styles.row, styles.contact)}>
            <TextField label={m.name} autoComplete="name" maxLength={100} value={name} onChange={setName} />
            <TextField
              label={m.phoneNumber}
              type="tel"
              autoComplete="tel"
              maxLength={40}
              value={phone}
              onChange={setPhone}
            />
          </div>
        </fieldset>
        {trouble && <TroubleTold trouble={trouble} />}
        <Button type="submit" kind="main" className={styles.big} aria-disabled={busy}>
          {busy ? m.booking : costs ? m.bookFor(format.money(price.cents, price.currency)) : m.bookNow}
        </Button>
      </form>
    </>
  );
}

function TroubleTold({ trouble }: { trouble: Trouble }) {
  const m = useMessages(messages);
  const told = useTold(trouble.kind === 'error' ? trouble.error : null);
  const words = {
    changed: m.changed,
    gone: m.changedNothing,
    account: m.accountAway,
    error: m.notBookedBecause(told),
  };
  return (
    <p className={styles.warning} role="alert">
      {words[trouble.kind]}
    </p>
  );
}
