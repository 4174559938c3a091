import { Combobox } from '@base-ui/react/combobox';
import { BusFront, House, MapPin, Route, Search, Stethoscope } from 'lucide-react';
import { type Ref, useEffect, useId, useRef, useState } from 'react';
import { fieldStyles } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import styles from './PlaceField.module.css';
import { usePlaces } from './places';
import type { Spot } from './spot';

const ICONS: Record<string, typeof MapPin> = {
  virtual_stop: BusFront,
  stop: BusFront,
  station: BusFront,
  address: House,
  street: Route,
  doctor: Stethoscope,
};

interface Props {
  label: string;
  spot: Spot | null;
  onSpot: (spot: Spot | null) => void;
  /** Chosen with Enter: the next field is wanted. */
  onDone: () => void;
  inputRef: Ref<HTMLInputElement>;
}

/** A place, found while it is typed. Enter and Tab take the first; also when they come before the answer. */
export function PlaceField({ label, spot, onSpot, onDone, inputRef }: Props) {
  const m = useMessages(messages);
  const id = useId();
  const [text, setText] = useState(spot?.label ?? '');
  const typed = spot ? '' : text;
  const { spots, searching, stopsOnly } = usePlaces(typed);
  const highlighted = useRef<Spot | undefined>(undefined);
  const takeFirst = useRef<'stay' | 'go on' | null>(null);

  useEffect(() => setText(spot?.label ?? ''), [spot]);

  function choose(chosen: Spot, goOn: boolean) {
    takeFirst.current = null;
    onSpot(chosen);
    setText(chosen.label);
    if (goOn) onDone();
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of what was found matters
  useEffect(() => {
    const first = spots[0];
    if (searching || !takeFirst.current || !first) return;
    choose(first, takeFirst.current === 'go on');
  }, [spots, searching]);

  return (
    <div className={fieldStyles.field}>
      <label htmlFor={id} className={fieldStyles.label}>
        {label}
      </label>
      <Combobox.Root
        items={spots}
        filter={null}
        value={spot}
        onValueChange={(next, details) => {
          const byKey = details.reason === 'item-press' && details.event.type === 'keydown';
          // What stands there while it is searched was found for less than is typed: Enter means the first of what comes.
          if (next && !(byKey && searching)) choose(next, byKey);
        }}
        inputValue={text}
        onInputValueChange={(next, details) => {
          if (details.reason !== 'input-change') return;
          setText(next);
          takeFirst.current = null;
          if (spot) onSpot(null);
        }}
        itemToStringLabel={(item: Spot) => item.label}
        isItemEqualToValue={(one: Spot, other: Spot) => one.key === other.key}
        onItemHighlighted={(item) => {
          highlighted.current = item;
        }}
        autoHighlight
        openOnInputClick={false}
      >
        <Combobox.Input
          id={id}
          ref={inputRef}
          className={fieldStyles.input}
          placeholder={m.hint}
          autoComplete="off"
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
          onKeyDown={(event) => {
            const goOn = event.key === 'Enter';
            if (event.ctrlKey || (!goOn && (event.key !== 'Tab' || event.shiftKey))) return;
            if (spot) {
              if (goOn) onDone();
              return;
            }
            if (text.trim() === '') return;
            if (searching || spots.length === 0) takeFirst.current = goOn ? 'go on' : 'stay';
            else if (!goOn) choose(highlighted.current ?? (spots[0] as Spot), false);
          }}
        />
        <Combobox.Portal hidden={typed.trim() === ''}>
          <Combobox.Positioner className={styles.positioner} sideOffset={4} align="start">
            <Combobox.Popup className={styles.popup} aria-label={label} aria-busy={searching}>
              <Combobox.Status className={styles.status}>
                {stopsOnly ? m.stopsOnly : searching ? m.searching : ''}
              </Combobox.Status>
              {!searching && spots.length === 0 && typed.trim() !== '' && (
                <p className={styles.empty}>{m.nothingCalledSo}</p>
              )}
              <Combobox.List className={styles.list}>
                {(item: Spot) => {
                  const Icon = ICONS[item.kind] ?? (item.kind ? MapPin : Search);
                  return (
                    <Combobox.Item key={item.key} value={item} className={styles.item}>
                      <Icon aria-hidden="true" />
                      <span>{item.label}</span>
                    </Combobox.Item>
                  );
                }}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
    </div>
  );
}
