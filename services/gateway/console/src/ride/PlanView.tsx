import { useState } from 'react';
import type { JourneysJourney } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { useMessages } from '@/i18n/language';
import { goTo } from './address';
import { JourneyCard } from './JourneyCard';
import { type Order, ordered } from './journeys';
import { messages } from './messages';
import type { Wish } from './question';
import styles from './ride.module.css';
import { SearchForm } from './SearchForm';
import type { Search } from './useSearch';

interface Props {
  wish: Wish;
  onWish: (wish: Wish) => void;
  search: Search;
  timeZone: string;
  onChoose: (journey: JourneysJourney) => void;
}

const ORDERS: readonly Order[] = ['time', 'price', 'co2'];

export function PlanView({ wish, onWish, search, timeZone, onChoose }: Props) {
  const m = useMessages(messages);
  const [order, setOrder] = useState<Order>('time');
  const { found, busy } = search;
  const gaps = [...new Set((found?.gaps ?? []).map(({ reason }) => reason))];
  return (
    <>
      <h1>{m.title}</h1>
      <SearchForm
        wish={wish}
        onWish={onWish}
        onAsk={(question) => void search.ask(question)}
        busy={busy}
        timeZone={timeZone}
      />
      {/* Told as soon as it is there, wherever somebody is on the page. */}
      <p role="status" className={found ? 'only-read-aloud' : styles.status}>
        {busy ? m.searching : found ? m.found(found.journeys.length) : ''}
      </p>
      {search.error != null && (
        <Failure error={search.error} onAgain={() => search.question && void search.ask(search.question)} />
      )}
      {found && found.journeys.length === 0 && (
        <section className={styles.card}>
          <h2>{m.nothing}</h2>
          <p>{m.nothingHint}</p>
        </section>
      )}
      {found && gaps.length > 0 && (
        <ul className={styles.notes}>
          {gaps.map((reason) => (
            <li key={reason}>{reason in m.gap ? m.gap[reason as keyof typeof m.gap] : m.gap.other}</li>
          ))}
        </ul>
      )}
      {found && found.journeys.length > 0 && (
        <section aria-labelledby="found">
          <div className={styles.heading}>
            <h2 id="found">{m.found(found.journeys.length)}</h2>
            <Choice
              label={m.order}
              value={order}
              options={ORDERS.map((each) => ({ value: each, label: m.orders[each] }))}
              onChange={setOrder}
            />
          </div>
          {found.earlier && order === 'time' && search.question?.kind !== 'now' && (
            <Button disabled={busy} onClick={() => void search.more('earlier')}>
              {m.earlier}
            </Button>
          )}
          <ol className={styles.journeys}>
            {ordered(found.journeys, order).map((journey) => (
              <JourneyCard
                key={journey.journey_id}
                journey={journey}
                onChoose={() => {
                  onChoose(journey);
                  goTo({ view: 'confirm' });
                }}
              />
            ))}
          </ol>
          {found.later && order === 'time' && (
            <Button disabled={busy} onClick={() => void search.more('later')}>
              {m.later}
            </Button>
          )}
        </section>
      )}
    </>
  );
}
