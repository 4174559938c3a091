import { type KeyboardEvent, useState } from 'react';
import type { JourneysGap, PoolingOffer, PoolingRefusal } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './Answers.module.css';
import { isBookable, type Option, optionId } from './booking';
import { Idle } from './Idle';
import { spokenJourney } from './journeys';
import { messages } from './messages';
import { OptionRow } from './OptionRow';
import type { Search } from './offers';
import { spokenPromise } from './promise';
import { useQuote } from './quote';
import { WhyOption } from './WhyOption';

const TIMETABLE_ENDS = 'TIMETABLE_DOES_NOT_COVER';

interface Props {
  search: Search;
  options: readonly Option[];
  chosen: number;
  busy: boolean;
  /** Why the last booking failed. */
  failure: string | null;
  journeysFailed: boolean;
  gaps: readonly JourneysGap[];
  passengerCount: number;
  onChoose: (place: number) => void;
  onTake: (option: Option | undefined) => void;
  onAgain: () => void;
}

/** Offers, or why there are none and what would work; the chosen one ready to be read aloud. */
export function Answers(props: Props) {
  const { search, options, chosen, busy, failure, journeysFailed, gaps, passengerCount } = props;
  const { onChoose, onTake, onAgain } = props;
  const m = useMessages(messages);
  const found = search.state === 'found' ? search.found : search.state === 'searching' ? search.last : null;
  const stale = search.state === 'searching';
  const option = options[chosen];

  function move(event: KeyboardEvent, place: number) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (place + step + options.length) % options.length;
      onChoose(next);
      event.currentTarget.parentElement?.querySelector<HTMLElement>(`[data-option="${next}"]`)?.focus();
    } else if (event.key === 'Enter') {
      onTake(options[place]);
    } else {
      return;
    }
    event.preventDefault();
  }

  return (
    <section className={styles.answers} aria-label={m.offers}>
      <p className={styles.status} role="status">
        {search.state === 'searching' && m.searching}
        {search.state === 'found' && !search.found.refusal && m.found(search.found.offers.length)}
      </p>
      {search.state === 'idle' && <Idle />}
      {search.state === 'failed' && <Failure error={search.error} onAgain={onAgain} />}
      {found?.refusal && <Refused refusal={found.refusal} instead={found.offers.length > 0} />}
      {options.length > 0 && (
        <div
          className={styles.list}
          role="radiogroup"
          aria-label={m.offers}
          aria-busy={stale}
          data-stale={stale || undefined}
        >
          {options.map((each, place) => (
            <div key={optionId(each)} className={styles.entry}>
              {each.type === 'journey' && options[place - 1]?.type !== 'journey' && (
                <h2 className={styles.heading}>{m.otherJourneys}</h2>
              )}
              {/* biome-ignore lint/a11y/useSemanticElements: rows of several lines, chosen like radio buttons */}
              <div
                role="radio"
                aria-checked={place === chosen}
                tabIndex={place === chosen ? 0 : -1}
                data-option={place}
                className={styles.option}
                onFocus={() => onChoose(place)}
                onClick={() => onChoose(place)}
                onKeyDown={(event) => move(event, place)}
              >
                <OptionRow option={each} place={place} />
              </div>
            </div>
          ))}
        </div>
      )}
      {journeysFailed && <p className={styles.status}>{m.journeysUnavailable}</p>}
      {gaps.map((gap) => (
        <p key={`${gap.mode} ${gap.reason}`} className={styles.status}>
          {gap.reason === TIMETABLE_ENDS ? m.timetableEnds : m.gap(wordFor(m.modes, gap.mode))}
        </p>
      ))}
      {option && search.state !== 'idle' && (
        <Chosen
          option={option}
          passengerCount={passengerCount}
          busy={busy}
          disabled={stale}
          failure={failure}
          onTake={() => onTake(option)}
        />
      )}
    </section>
  );
}

interface ChosenProps {
  option: Option;
  passengerCount: number;
  busy: boolean;
  disabled: boolean;
  failure: string | null;
  onTake: () => void;
}

function Chosen({ option, passengerCount, busy, disabled, failure, onTake }: ChosenProps) {
  const m = useMessages(messages);
  const [whyOpen, setWhyOpen] = useState(false);
  useCommands([
    { id: 'desk:why', label: m.why, keys: 'Alt+w', whileTyping: true, run: () => setWhyOpen(true) },
  ]);
  const bookable = isBookable(option);
  return (
    <div className={styles.chosen}>
      <h2>{m.readAloud}</h2>
      <p className={styles.spoken} aria-live="polite">
        <Spoken option={option} />
        {option.type === 'offer' && <SpokenPrice offer={option.offer} passengerCount={passengerCount} />}
      </p>
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      <div className={styles.actions}>
        {bookable ? (
          <Button kind="main" keys="Enter" disabled={busy || disabled} onClick={onTake}>
            {busy ? m.booking : option.type === 'offer' ? m.book : m.bookJourney}
          </Button>
        ) : (
          <p>{m.nothingToBook}</p>
        )}
        <Why
          title={option.type === 'offer' ? m.whyOffer : m.journeyWhy}
          keys="Alt+W"
          open={whyOpen}
          onOpenChange={setWhyOpen}
        >
          <WhyOption option={option} />
        </Why>
      </div>
    </div>
  );
}

function Spoken({ option }: { option: Option }) {
  const m = useMessages(messages);
  const format = useFormat();
  if (option.type === 'journey') return spokenJourney(option.journey, m, format);
  return spokenPromise({ ...option.offer, kind: option.offer.vehicle_kind }, m, format);
}

function SpokenPrice({ offer, passengerCount }: { offer: PoolingOffer; passengerCount: number }) {
  const m = useMessages(messages);
  const format = useFormat();
  const quote = useQuote(offer, passengerCount).data;
  return quote ? ` ${m.costs(format.money(quote.price_cents, quote.currency))}` : null;
}

function Refused({ refusal, instead }: { refusal: PoolingRefusal; instead: boolean }) {
  const m = useMessages(messages);
  return (
    <div className={styles.refused} role="alert">
      <h2>{m.refused}</h2>
      <ul>
        {refusal.reasons.map((reason) => (
          <li key={reason.code}>
            {wordFor(m.reasons, reason.code)}
            {reason.shift_count > 0 && <span>{` (${m.shifts(reason.shift_count)})`}</span>}
          </li>
        ))}
      </ul>
      <p>{instead ? m.insteadOne : m.noneInstead}</p>
    </div>
  );
}
