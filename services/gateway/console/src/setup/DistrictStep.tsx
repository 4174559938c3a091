import { type FormEvent, useState } from 'react';
import { Problem } from '@/api/problem';
import { toldOf } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { TextField } from '@/components/Field';
import { messages as componentMessages } from '@/components/messages';
import { useMessages } from '@/i18n/language';
import { makeDistrict, type SetupState } from './calls';
import { toldFault } from './faults';
import { messages } from './messages';
import styles from './Setup.module.css';

const MOST_FEEDS = 8;

/** What was typed: it stands there again where it did not work. */
export interface Typed {
  name: string;
  from: 'file' | 'place';
  osm: string;
  place: string;
  feeds: readonly string[];
}

export const NOTHING_TYPED: Typed = { name: '', from: 'file', osm: '', place: '', feeds: [''] };

interface Props {
  state: SetupState;
  typed: Typed;
  onTyped: (typed: Typed) => void;
  onState: (state: SetupState) => void;
}

interface Fault {
  field: string;
  why: string;
}

/** What a district is called, and where its map and timetables are. */
export function DistrictStep({ state, typed, onTyped, onState }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const failed = state.making?.state === 'failed' ? state.making : null;
  const { name, from, osm, place, feeds } = typed;
  const put = (changed: Partial<Typed>) => onTyped({ ...typed, ...changed });
  const [fault, setFault] = useState<Fault | null>(
    failed && { field: failed.field, why: toldFault(failed.field, failed.why, m.wrong) },
  );
  const [busy, setBusy] = useState(false);

  const wordOf = (violation: { field: string; reason?: string; description: string }) =>
    violation.reason === 'NO_SUCH_FILE'
      ? m.noSuchFile
      : toldFault(violation.field, violation.description, m.wrong);
  const at = (field: string) => (fault?.field === field ? fault.why : null);
  const known = ['name', 'osm', 'place', ...feeds.map((_, index) => `gtfs[${index}]`)];
  const feedError = (index: number) => at(`gtfs[${index}]`) ?? (index === 0 ? at('gtfs') : null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    const sources = {
      name: name.trim(),
      ...(from === 'file' ? { osm: osm.trim() } : { place: place.trim() }),
      gtfs: feeds.map((feed) => feed.trim()),
    };
    try {
      onState(await makeDistrict(sources));
    } catch (error) {
      const violation = error instanceof Problem ? error.violations[0] : undefined;
      setFault(
        violation
          ? { field: violation.field, why: wordOf(violation) }
          : { field: '', why: toldOf(error, common) },
      );
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <h2>{m.district}</h2>
      <p>{m.districtAbout}</p>
      {fault && !known.includes(fault.field) && fault.field !== 'gtfs' && (
        <p role="alert" className={styles.alert}>
          <strong>{m.failed}</strong> {fault.why}
        </p>
      )}
      <TextField
        label={m.name}
        hint={m.nameHint}
        value={name}
        onChange={(next) => put({ name: next })}
        error={at('name')}
        maxLength={100}
        required
        autoFocus
      />
      <fieldset className={styles.group}>
        <legend>{m.mapFrom}</legend>
        <Choice
          label={m.mapFrom}
          value={from}
          options={[
            { value: 'file', label: m.mapFile },
            { value: 'place', label: m.mapPlace },
          ]}
          onChange={(next) => put({ from: next })}
        />
        {from === 'file' ? (
          <TextField
            label={m.osm}
            hint={m.osmHint}
            value={osm}
            onChange={(next) => put({ osm: next })}
            error={at('osm')}
            spellCheck={false}
            required
          />
        ) : (
          <TextField
            label={m.place}
            hint={m.placeHint}
            value={place}
            onChange={(next) => put({ place: next })}
            error={at('place')}
            required
          />
        )}
      </fieldset>
      {feeds.map((feed, index) => (
        <TextField
          // biome-ignore lint/suspicious/noArrayIndexKey: a feed is nothing but its place in the list
          key={index}
          label={index === 0 ? m.gtfs : m.gtfsAgain(index + 1)}
          hint={m.gtfsHint}
          value={feed}
          onChange={(next) => put({ feeds: feeds.map((each, other) => (other === index ? next : each)) })}
          error={feedError(index)}
          spellCheck={false}
          required
        />
      ))}
      <div className={styles.few}>
        {feeds.length < MOST_FEEDS && (
          <Button kind="quiet" onClick={() => put({ feeds: [...feeds, ''] })}>
            {m.another}
          </Button>
        )}
        {feeds.length > 1 && (
          <Button kind="quiet" onClick={() => put({ feeds: feeds.slice(0, -1) })}>
            {m.less}
          </Button>
        )}
      </div>
      <div className={styles.actions}>
        <Button type="submit" kind="main" disabled={busy}>
          {m.read}
        </Button>
      </div>
    </form>
  );
}
