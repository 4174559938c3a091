import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import type { JourneysJourney } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { LanguageChoice } from '@/app/LanguageChoice';
import { Loading } from '@/app/Loading';
import { ThemeProvider } from '@/app/theme';
import { Button } from '@/components/Button';
import { classes } from '@/components/classes';
import { LanguageProvider, useMessages } from '@/i18n/language';
import { localTime } from '@/i18n/local_time';
import { type Session, signOut } from '@/session/calls';
import { SESSION_KEY } from '@/session/session';
import { type Address, addressOf, hashOf, useHash } from './address';
import { BillView } from './BillView';
import { BookingView } from './BookingView';
import { ConfirmView } from './ConfirmView';
import { usePassenger } from './guest';
import { messages } from './messages';
import { PlanView } from './PlanView';
import type { Wish } from './question';
import styles from './ride.module.css';
import { TripsView } from './TripsView';
import { useSearch } from './useSearch';

const BRAND = 'Landlinie';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 3 && error instanceof Problem && error.passing,
    },
  },
});

export function RideApp() {
  return (
    <LanguageProvider>
      <ThemeProvider>
        <QueryClientProvider client={queries}>
          <Frame />
        </QueryClientProvider>
      </ThemeProvider>
    </LanguageProvider>
  );
}

function Frame() {
  const m = useMessages(messages);
  const passenger = usePassenger();
  const session = passenger.data;
  return (
    <div className={styles.frame}>
      {/* A link would change the address, which is the view's. */}
      <button type="button" className={classes(styles.skip, 'only-read-aloud')} onClick={skipToMain}>
        {m.skip}
      </button>
      <header className={styles.top}>
        <span className={styles.brand}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>
            {BRAND}
            {session && <small>{session.district_name}</small>}
          </span>
        </span>
        <LanguageChoice />
      </header>
      {passenger.isPending && <Loading />}
      {passenger.isError && <NotLetIn error={passenger.error} onAgain={() => void passenger.refetch()} />}
      {session && <Door session={session} />}
    </div>
  );
}

function skipToMain() {
  document.getElementById('main')?.focus();
}

function NotLetIn({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const m = useMessages(messages);
  if (error instanceof Problem && error.reason === 'NO_GUESTS') {
    return <Notice title={m.noGuests} hint={m.noGuestsHint} />;
  }
  return (
    <main className={styles.main} id="main">
      <Failure error={error} onAgain={onAgain} />
    </main>
  );
}

function Notice({ title, hint, children }: { title: string; hint: string; children?: React.ReactNode }) {
  return (
    <main className={styles.main} id="main">
      <section className={styles.card}>
        <h1>{title}</h1>
        <p>{hint}</p>
        {children}
      </section>
    </main>
  );
}

/** A dispatcher's session would show everybody's bookings as one's own. */
function Door({ session }: { session: Session }) {
  const m = useMessages(messages);
  const others = session.roles.filter((role) => role !== 'passenger');
  if (!session.roles.includes('passenger') || others.length > 0) {
    return (
      <Notice title={m.otherRole} hint={m.otherRoleHint}>
        <p>
          <a href="/">{m.toConsole}</a>
        </p>
        <Button
          onClick={() =>
            void signOut().then(
              () => queries.resetQueries(),
              () => queries.invalidateQueries({ queryKey: SESSION_KEY }),
            )
          }
        >
          {m.asGuest}
        </Button>
      </Notice>
    );
  }
  return <Views timeZone={session.time_zone} />;
}

function firstWish(timeZone: string): Wish {
  const { year, month, day, hour, minute } = localTime(new Date(), timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    from: null,
    to: null,
    kind: 'now',
    date: `${year}-${two(month)}-${two(day)}`,
    time: `${two(hour)}:${two(minute)}`,
    seated: 1,
    wheelchairs: 0,
  };
}

const MENU = [
  ['plan', 'plan'],
  ['trips', 'trips'],
  ['bill', 'bill'],
] as const;

function Views({ timeZone }: { timeZone: string }) {
  const m = useMessages(messages);
  const hash = useHash();
  const address = addressOf(hash);
  const [wish, setWish] = useState(() => firstWish(timeZone));
  const [chosen, setChosen] = useState<JourneysJourney | null>(null);
  const search = useSearch(timeZone);
  const main = useRef<HTMLElement>(null);
  useTitleAndFocus(main, hash);
  const shown =
    address.view === 'confirm' && !(chosen && search.question) ? { view: 'plan' as const } : address;
  const inMenu = shown.view === 'booking' ? 'trips' : shown.view === 'confirm' ? 'plan' : shown.view;
  return (
    <>
      <nav className={styles.menu} aria-label={m.sections}>
        {MENU.map(([view, word]) => (
          <a
            key={view}
            href={hashOf({ view } as Address)}
            aria-current={inMenu === view ? 'page' : undefined}
          >
            {m[word]}
          </a>
        ))}
      </nav>
      <main className={styles.main} id="main" ref={main} tabIndex={-1}>
        {shown.view === 'plan' && (
          <PlanView wish={wish} onWish={setWish} search={search} timeZone={timeZone} onChoose={setChosen} />
        )}
        {shown.view === 'confirm' && chosen && search.question && (
          <ConfirmView journey={chosen} onJourney={setChosen} search={search} question={search.question} />
        )}
        {shown.view === 'trips' && <TripsView />}
        {shown.view === 'bill' && <BillView />}
        {shown.view === 'booking' && <BookingView key={shown.bookingId} bookingId={shown.bookingId} />}
        <p className={styles.privacy}>{m.privacy}</p>
      </main>
    </>
  );
}

/** Another view is told to screen readers as another page would be: by its title, and focus at its beginning. */
function useTitleAndFocus(main: React.RefObject<HTMLElement | null>, hash: string) {
  const m = useMessages(messages);
  const before = useRef(hash);
  useEffect(() => {
    const heading = main.current?.querySelector('h1')?.textContent;
    document.title = `${heading || m.title} – Landlinie`;
    if (before.current === hash) return;
    before.current = hash;
    main.current?.focus();
    scrollTo(0, 0);
  }, [main, hash, m]);
}
