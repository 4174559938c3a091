import { useQuery } from '@tanstack/react-query';
import type { TicketingStatement } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import { type Bill, billOf, positionOf } from './bill';
import { billing, nameOf, pdfOf } from './calls';
import { messages } from './messages';
import styles from './ride.module.css';

/** What was ridden, what it costs, and why. */
export function BillView() {
  const m = useMessages(messages);
  const found = useQuery({ queryKey: ['billing'], queryFn: billing });
  const { heldCents = 0, running = null, earlier = [] } = found.data ?? {};
  return (
    <>
      <h1>{m.bill}</h1>
      <p className={styles.soft}>{m.billAbout}</p>
      {found.isPending && <Loading />}
      {found.isError && <Failure error={found.error} onAgain={() => void found.refetch()} />}
      {found.isSuccess && !running && heldCents === 0 && (
        <section className={styles.card}>
          <h2>{m.noBill}</h2>
          <p>{m.noBillHint}</p>
        </section>
      )}
      {heldCents > 0 && <HeldBack cents={heldCents} currency={running?.currency || 'EUR'} />}
      {running && <Running statement={running} />}
      {earlier.length > 0 && <Earlier statements={earlier} />}
    </>
  );
}

/** What is not paid yet, but cannot be spent otherwise either. */
function HeldBack({ cents, currency }: { cents: number; currency: string }) {
  const m = useMessages(messages);
  const format = useFormat();
  return (
    <section className={styles.card} aria-labelledby="held">
      <h2 id="held">{m.held}</h2>
      <p className={styles.price} data-known>
        <strong>{format.money(cents, currency)}</strong>
      </p>
      <p className={styles.soft}>{m.heldHint}</p>
    </section>
  );
}

function usePeriod(statement: TicketingStatement): string {
  const m = useMessages(messages);
  const format = useFormat();
  const { first_service_date: first, last_service_date: last } = statement.period ?? {};
  return first && last
    ? m.period(format.longDay(`${first}T12:00:00Z`), format.longDay(`${last}T12:00:00Z`))
    : '';
}

function Running({ statement }: { statement: TicketingStatement }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const period = usePeriod(statement);
  const bill = billOf(statement.explanation_json);
  const total = format.money(statement.total_cents, statement.currency || 'EUR');
  const nothing = !bill || (bill.rides.length === 0 && bill.unpriced.length === 0);
  return (
    <section className={styles.card} aria-labelledby="running">
      <div className={styles.heading}>
        <h2 id="running">{period}</h2>
        <Badge tone={bill?.settled ? 'good' : 'plain'}>{bill?.settled ? m.settled : m.running}</Badge>
      </div>
      <p className={styles.price} data-known>
        {bill?.settled ? m.total : m.soFar} <strong>{total}</strong>
      </p>
      {nothing ? <p>{m.noBillHint}</p> : <Explained bill={bill} />}
      {!nothing && (
        <p>
          <a href={pdfOf(statement, language)} download>
            {m.pdf}
          </a>
        </p>
      )}
    </section>
  );
}

function Explained({ bill }: { bill: Bill }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number) => format.money(cents, bill.currency);
  return (
    <>
      {bill.lines.length > 0 && (
        <>
          <h3>{m.lines}</h3>
          <ul className={styles.lines}>
            {bill.lines.map((line) => (
              <li key={`${line.product_id} ${line.valid[language]}`}>
                <div className={styles.heading}>
                  <strong>{`${line.count} × ${line.name[language]}`}</strong>
                  <span>{money(line.amount_cents)}</span>
                </div>
                <p className={styles.soft}>{line.valid[language]}</p>
                <p>{line.reason[language]}</p>
              </li>
            ))}
          </ul>
        </>
      )}
      {bill.alternatives.sentences[language].length > 0 && (
        <details className={styles.details} open>
          <summary>{m.why}</summary>
          {bill.alternatives.sentences[language].map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </details>
      )}
      {bill.rides.length > 0 && (
        <>
          <h3>{m.rides}</h3>
          <ul className={styles.lines}>
            {bill.rides.map((ride) => (
              <li key={ride.ride}>
                <strong>
                  <RideTold ride={ride} />
                </strong>
                <ul className={styles.facts}>
                  {ride.alone_cents !== null && <li>{`${m.alone} ${money(ride.alone_cents)}`}</li>}
                  {ride.quoted_cents !== null && <li>{`${m.quoted} ${money(ride.quoted_cents)}`}</li>}
                  <li>{`${m.counted} ${money(ride.counted_cents)}`}</li>
                </ul>
              </li>
            ))}
          </ul>
        </>
      )}
      {bill.unpriced.length > 0 && (
        <>
          <p>{m.unpriced}</p>
          <ul className={styles.lines}>
            {bill.unpriced.map((ride) => (
              <li key={ride.ride}>
                <RideTold ride={ride} />
              </li>
            ))}
          </ul>
        </>
      )}
      {bill.payments.length > 0 && (
        <>
          <h3>{m.payments}</h3>
          <ul className={styles.lines}>
            {bill.payments.map((payment, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a journal, which never move
              <li key={number} className={styles.heading}>
                <span>{`${format.day(`${payment.date}T12:00:00Z`)}: ${wordFor(m.paymentKinds, payment.kind)}`}</span>
                <span>{money(payment.amount_cents)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** When, from where to where; doors are told by what is next to them. */
function RideTold({ ride }: { ride: { departure_time: string; origin: string; destination: string } }) {
  const m = useMessages(messages);
  const format = useFormat();
  const way = m.fromTo(usePlaceName(ride.origin), usePlaceName(ride.destination));
  return `${format.dayAndTime(ride.departure_time)}: ${way}`;
}

function usePlaceName(place: string): string {
  const position = positionOf(place);
  const named = useQuery({
    queryKey: ['place-name', place],
    enabled: position !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => (position ? nameOf(place, position) : place),
  });
  return named.data ?? place;
}

function Earlier({ statements: earlier }: { statements: readonly TicketingStatement[] }) {
  const m = useMessages(messages);
  return (
    <section>
      <h2>{m.earlierBills}</h2>
      <ul className={styles.journeys}>
        {earlier.map((statement) => (
          <EarlierBill key={statement.period?.period_id} statement={statement} />
        ))}
      </ul>
    </section>
  );
}

function EarlierBill({ statement }: { statement: TicketingStatement }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  return (
    <li className={styles.card}>
      <div className={styles.heading}>
        <h3>{usePeriod(statement)}</h3>
        <strong>{format.money(statement.total_cents, statement.currency)}</strong>
      </div>
      <p>
        <a href={pdfOf(statement, language)} download>
          {m.pdf}
        </a>
      </p>
    </li>
  );
}
