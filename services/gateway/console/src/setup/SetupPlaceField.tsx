import { useEffect, useId, useState } from 'react';
import { TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { findPlaces, type SetupPlace } from './calls';
import { messages } from './messages';

const PAUSE_MS = 150;
const SHORTEST = 2;

interface Props {
  label: string;
  place: SetupPlace | null;
  onPlace: (place: SetupPlace | null) => void;
  error?: string | null;
}

/** A place of the district that was just made; the browser's own list shows what was found. */
export function SetupPlaceField({ label, place, onPlace, error }: Props) {
  const m = useMessages(messages);
  const id = useId();
  const [text, setText] = useState(place?.label ?? '');
  const [found, setFound] = useState<readonly SetupPlace[]>([]);

  /** Somebody has gone on already: the best is taken as soon as it is found. */
  const [left, setLeft] = useState(false);

  function take(chosen: SetupPlace) {
    setText(chosen.label);
    setLeft(false);
    onPlace(chosen);
  }

  useEffect(() => {
    if (place || text.trim().length < SHORTEST) return;
    let current = true;
    const timer = setTimeout(async () => {
      const places = await findPlaces(text).then(
        (answer) => answer.places,
        () => [],
      );
      if (current) setFound(places);
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, place]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was found matters
  useEffect(() => {
    const best = found[0];
    if (left && best) take(best);
  }, [found, left]);

  function type(next: string) {
    const chosen = found.find((each) => each.label === next);
    if (chosen) {
      take(chosen);
      return;
    }
    setText(next);
    setFound([]);
    setLeft(false);
    if (place) onPlace(null);
  }

  return (
    <>
      <TextField
        label={label}
        hint={m.centreHint}
        value={text}
        onChange={type}
        onFocus={() => setLeft(false)}
        // Leaving the field takes the best of what is found, as the phone desk does.
        onBlur={() => setLeft(!place && text.trim() !== '')}
        error={error}
        list={id}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <datalist id={id}>
        {found.map((each) => (
          <option key={`${each.label} ${each.latitude_deg} ${each.longitude_deg}`} value={each.label} />
        ))}
      </datalist>
    </>
  );
}
