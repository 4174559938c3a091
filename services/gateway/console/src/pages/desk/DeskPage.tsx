import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { Problem } from '@/api/problem';
import { useCommands } from '@/app/commands';
import { useTold } from '@/app/Failure';
import { Button } from '@/components/Button';
import { PageFrame } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useMessages } from '@/i18n/language';
import { Answers } from './Answers';
import { BookedPanel } from './BookedPanel';
import { type Booked, isBookable, type Option, useBooking } from './booking';
import { CallForm, type CallFormHandle } from './CallForm';
import { type Call, NEW_CALL, repeatOf, returnOf, tripOf } from './call';
import styles from './DeskPage.module.css';
import { handedOver, taken } from './handover';
import { useJourneys } from './journeys';
import { messages } from './messages';
import { useOffers } from './offers';
import { RecentCalls } from './RecentCalls';
import { keepRecent } from './recent';
import { parseWhen } from './when';

/** Somebody calls and wants a ride: from the first word to the promise read aloud, without a mouse. */
export default function DeskPage() {
  const m = useMessages(messages);
  const navigate = useNavigate();
  const timeZone = useTimeZone();
  const [call, setCall] = useState<Call>(() => handedOver() ?? NEW_CALL);
  useEffect(taken, []);
  const [booked, setBooked] = useState<Booked | null>(null);
  const [chosen, setChosen] = useState(0);
  const [bookingError, setBookingError] = useState<unknown>(null);
  // Enter in the last field, perhaps before there is anything to go to.
  const [goToAnswers, setGoToAnswers] = useState(false);
  const form = useRef<CallFormHandle>(null);

  // "Now" is when it was typed.
  const when = useMemo(() => parseWhen(call.whenText, new Date(), timeZone), [call.whenText, timeZone]);
  const trip = useMemo(() => (booked ? null : tripOf(call, when)), [booked, call, when]);
  const { search, askAgain, keepOnly, nextCall } = useOffers(trip);
  const { journeys, gaps, failed: journeysFailed } = useJourneys(trip);
  const { book, busy } = useBooking();

  const found = search.state === 'found' ? search.found : search.state === 'searching' ? search.last : null;
  const options = useMemo<readonly Option[]>(
    () => [
      ...(found?.offers ?? []).map((offer): Option => ({ type: 'offer', offer })),
      ...journeys.map((journey): Option => ({ type: 'journey', journey })),
    ],
    [found, journeys],
  );
  const current = Math.min(chosen, Math.max(0, options.length - 1));

  // biome-ignore lint/correctness/useExhaustiveDependencies: other offers begin with the best one
  useEffect(() => setChosen(0), [found]);

  useEffect(() => {
    if (!goToAnswers || search.state !== 'found' || options.length === 0) return;
    setGoToAnswers(false);
    document.querySelector<HTMLElement>('[data-option="0"]')?.focus();
  }, [goToAnswers, search.state, options]);

  async function take(option: Option | undefined) {
    // While it is searched, what is shown belongs to the question before.
    if (!option || search.state !== 'found' || !isBookable(option)) return;
    setBookingError(null);
    try {
      const done = await book(option, call);
      if (!done) return;
      if (done.type === 'offer') keepOnly(done.offer.offer_id);
      keepRecent({ id: done.type === 'offer' ? done.ride.ride_id : done.booking.booking_id, call });
      setBooked(done);
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 409)) {
        say('plain', m.gone);
        askAgain();
      } else {
        setBookingError(error);
      }
    }
  }

  function begin(next: Call, focus: 'phone' | 'when') {
    setBooked(null);
    setBookingError(null);
    setCall(next);
    nextCall();
    setTimeout(() => form.current?.focus(focus), 0);
  }

  useCommands([
    {
      id: 'desk:new',
      label: m.newCall,
      keys: 'Alt+n',
      whileTyping: true,
      run: () => begin(NEW_CALL, 'phone'),
    },
    ...[0, 1, 2, 3, 4, 5].map((place) => ({
      id: `desk:offer-${place}`,
      label: m.offer(place + 1),
      keys: `Alt+${place + 1}`,
      whileTyping: true,
      run: () => {
        setChosen(place);
        // Enter takes what has the focus: that has to be what is chosen.
        document.querySelector<HTMLElement>(`[data-option="${place}"]`)?.focus();
      },
    })),
    {
      id: 'desk:book',
      label: m.book,
      keys: 'Ctrl+Enter',
      whileTyping: true,
      run: () => void take(options[current]),
    },
    ...(booked
      ? [
          { id: 'desk:back', label: m.back, keys: 'r', run: () => begin(returnOf(booked.call), 'when') },
          { id: 'desk:repeat', label: m.repeat, keys: 'w', run: () => begin(repeatOf(booked.call), 'when') },
          { id: 'desk:next', label: m.next, keys: 'n', run: () => begin(NEW_CALL, 'phone') },
          ...(booked.type === 'offer'
            ? [
                {
                  id: 'desk:open',
                  label: m.openRide,
                  keys: 'o',
                  run: () => void navigate(`/rides/${booked.ride.ride_id}`),
                },
              ]
            : []),
        ]
      : []),
  ]);

  const bookingFailure = useTold(bookingError);
  return (
    <PageFrame
      title={m.title}
      about={call.replaces ? m.moving : m.about}
      actions={
        <Button keys="Alt+N" onClick={() => begin(NEW_CALL, 'phone')}>
          {m.newCall}
        </Button>
      }
    >
      <div className={styles.desk}>
        <div className={styles.left}>
          <CallForm
            ref={form}
            call={call}
            when={when}
            onChange={(change) => {
              setBooked(null);
              setGoToAnswers(false);
              setCall((before) => ({ ...before, ...change }));
            }}
            onDone={() => setGoToAnswers(true)}
          />
          <RecentCalls onTake={(recent) => begin(repeatOf(recent), 'when')} />
        </div>
        <div className={styles.right}>
          {booked ? (
            <BookedPanel
              booked={booked}
              onBack={() => begin(returnOf(booked.call), 'when')}
              onRepeat={() => begin(repeatOf(booked.call), 'when')}
              onNext={() => begin(NEW_CALL, 'phone')}
            />
          ) : (
            <Answers
              search={search}
              options={options}
              chosen={current}
              busy={busy}
              failure={bookingError ? bookingFailure : null}
              journeysFailed={journeysFailed}
              gaps={gaps}
              passengerCount={call.travellers.seated + call.travellers.wheelchairs}
              onChoose={setChosen}
              onTake={(option) => void take(option)}
              onAgain={askAgain}
            />
          )}
        </div>
      </div>
    </PageFrame>
  );
}
