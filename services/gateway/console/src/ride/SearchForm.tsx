import { ArrowUpDown, LocateFixed, Search as SearchIcon } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { client } from '@/api/client';
import { Button, IconButton } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { CountField, TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { PlaceField } from '@/places/PlaceField';
import type { Spot } from '@/places/spot';
import { messages } from './messages';
import { type Gap, gapsOf, type Kind, MOST_TRAVELLERS, type Question, type Wish } from './question';
import styles from './ride.module.css';

interface Props {
  wish: Wish;
  onWish: (wish: Wish) => void;
  onAsk: (question: Question) => void;
  busy: boolean;
  timeZone: string;
}

const KINDS: readonly Kind[] = ['now', 'depart', 'arrive'];

export function SearchForm({ wish, onWish, onAsk, busy, timeZone }: Props) {
  const m = useMessages(messages);
  const [gaps, setGaps] = useState<readonly Gap[]>([]);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const change = (part: Partial<Wish>) => {
    setGaps([]);
    onWish({ ...wish, ...part });
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    // Disabled, it would lose the focus of those who go by keyboard.
    if (busy) return;
    const missing = gapsOf(wish, new Date(), timeZone);
    setGaps(missing);
    const { from: start, to: goal } = wish;
    if (missing.length === 0 && start && goal) onAsk({ ...wish, from: start, to: goal });
    else if (missing[0] === 'from') from.current?.focus();
    else if (missing[0] === 'to' || missing[0] === 'same') to.current?.focus();
  }

  return (
    <form className={styles.card} onSubmit={submit} noValidate>
      <div className={styles.ends}>
        <PlaceField
          label={m.from}
          spot={wish.from}
          onSpot={(spot) => change({ from: spot })}
          onDone={() => to.current?.focus()}
          inputRef={from}
        />
        <Here onSpot={(spot) => change({ from: spot })} />
        <PlaceField
          label={m.to}
          spot={wish.to}
          onSpot={(spot) => change({ to: spot })}
          onDone={() => button.current?.focus()}
          inputRef={to}
        />
        <IconButton label={m.swap} onClick={() => change({ from: wish.to, to: wish.from })}>
          <ArrowUpDown aria-hidden="true" />
        </IconButton>
      </div>
      <div className={styles.columns}>
        <fieldset className={styles.group}>
          <legend>{m.when}</legend>
          <Choice
            label={m.when}
            value={wish.kind}
            options={KINDS.map((kind) => ({ value: kind, label: m.kinds[kind] }))}
            onChange={(kind) => change({ kind })}
          />
          {wish.kind !== 'now' && (
            <div className={styles.row}>
              <TextField label={m.date} type="date" value={wish.date} onChange={(date) => change({ date })} />
              <TextField label={m.time} type="time" value={wish.time} onChange={(time) => change({ time })} />
            </div>
          )}
        </fieldset>
        <fieldset className={styles.group}>
          <legend>{m.who}</legend>
          <div className={styles.row}>
            <CountField
              label={m.seated}
              value={wish.seated + wish.wheelchairs}
              min={1}
              max={MOST_TRAVELLERS}
              onChange={(all) => {
                const wheelchairs = Math.min(wish.wheelchairs, all);
                change({ seated: all - wheelchairs, wheelchairs });
              }}
            />
            <CountField
              label={m.wheelchairs}
              value={wish.wheelchairs}
              min={0}
              max={wish.seated + wish.wheelchairs}
              onChange={(wheelchairs) =>
                change({ wheelchairs, seated: wish.seated + wish.wheelchairs - wheelchairs })
              }
            />
          </div>
        </fieldset>
      </div>
      {gaps.length > 0 && (
        <ul className={styles.gaps} role="alert">
          {gaps.map((gap) => (
            <li key={gap}>{m.gaps[gap]}</li>
          ))}
        </ul>
      )}
      <Button
        type="submit"
        kind="main"
        ref={button}
        aria-disabled={busy}
        className={styles.big}
        icon={<SearchIcon aria-hidden="true" />}
      >
        {busy ? m.searching : m.search}
      </Button>
    </form>
  );
}

/** Where the phone is, by its own reckoning; asked only when this is pressed. */
function Here({ onSpot }: { onSpot: (spot: Spot) => void }) {
  const m = useMessages(messages);
  const [failed, setFailed] = useState(false);
  if (!('geolocation' in navigator)) return null;

  function found({ coords }: GeolocationPosition) {
    setFailed(false);
    const position = { latitude_deg: coords.latitude, longitude_deg: coords.longitude };
    void client
      .POST('/v1/places/describe', { body: { position } })
      .catch(() => null)
      .then((answer) => {
        const label = answer?.data?.place?.label ?? m.hereName;
        onSpot({ key: `here:${coords.latitude},${coords.longitude}`, label, kind: 'address', position });
      });
  }

  return (
    <>
      <IconButton
        label={m.here}
        onClick={() =>
          navigator.geolocation.getCurrentPosition(found, () => setFailed(true), {
            timeout: 15_000,
            maximumAge: 60_000,
          })
        }
      >
        <LocateFixed aria-hidden="true" />
      </IconButton>
      {failed && (
        <p className={styles.hereFailed} role="alert">
          {m.hereFailed}
        </p>
      )}
    </>
  );
}
