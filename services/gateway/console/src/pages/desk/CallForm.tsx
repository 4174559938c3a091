import { ArrowDownUp } from 'lucide-react';
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { IconButton } from '@/components/Button';
import { CountField, SelectField, TextField } from '@/components/Field';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { PlaceField } from '@/places/PlaceField';
import styles from './CallForm.module.css';
import type { Call } from './call';
import { messages } from './messages';
import { MOST_WALK_M } from './trip';
import type { When } from './when';

export interface CallFormHandle {
  focus: (field: 'phone' | 'when') => void;
}

interface Props {
  ref: Ref<CallFormHandle>;
  call: Call;
  when: When;
  onChange: (change: Partial<Call>) => void;
  /** Enter in the last field: on to the offers. */
  onDone: () => void;
}

const MOST_PEOPLE = 20;

/** Who calls, from where to where, when and with whom; Enter goes from field to field. */
export function CallForm({ ref, call, when, onChange, onDone }: Props) {
  const m = useMessages(messages);
  const phone = useRef<HTMLInputElement>(null);
  const name = useRef<HTMLInputElement>(null);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const whenField = useRef<HTMLInputElement>(null);
  const people = useRef<HTMLDivElement>(null);

  useImperativeHandle(ref, () => ({
    focus: (field) => (field === 'phone' ? phone : whenField).current?.focus(),
  }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: where to begin is decided once
  useEffect(() => (call.replaces ? whenField : phone).current?.focus(), []);

  const goTo = (next: { readonly current: HTMLInputElement | null }) => (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.ctrlKey) return;
    event.preventDefault();
    next.current?.focus();
  };

  return (
    <form
      className={styles.form}
      aria-label={m.form}
      autoComplete="off"
      onSubmit={(event) => event.preventDefault()}
    >
      <div className={styles.pair}>
        <TextField
          label={m.phone}
          type="tel"
          autoComplete="off"
          maxLength={40}
          value={call.phone}
          onChange={(value) => onChange({ phone: value })}
          inputRef={phone}
          onKeyDown={goTo(name)}
        />
        <TextField
          label={m.name}
          autoComplete="off"
          maxLength={100}
          value={call.name}
          onChange={(value) => onChange({ name: value })}
          inputRef={name}
          onKeyDown={goTo(from)}
        />
      </div>
      <div className={styles.places}>
        <PlaceField
          label={m.from}
          spot={call.from}
          onSpot={(spot) => onChange({ from: spot })}
          onDone={() => to.current?.focus()}
          inputRef={from}
        />
        <PlaceField
          label={m.to}
          spot={call.to}
          onSpot={(spot) => onChange({ to: spot })}
          onDone={() => whenField.current?.focus()}
          inputRef={to}
        />
        <IconButton
          className={styles.swap}
          label={m.swap}
          tabIndex={-1}
          onClick={() => onChange({ from: call.to, to: call.from })}
        >
          <ArrowDownUp aria-hidden="true" />
        </IconButton>
      </div>
      <TextField
        label={m.when}
        value={call.whenText}
        placeholder={m.whenExample}
        autoComplete="off"
        spellCheck={false}
        maxLength={60}
        onChange={(value) => onChange({ whenText: value })}
        hint={<Understood when={when} />}
        error={useProblem(when)}
        inputRef={whenField}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey) return;
          event.preventDefault();
          people.current?.querySelector('input')?.focus();
        }}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter in any of the fields inside goes on */}
      <div
        className={styles.people}
        ref={people}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey) return;
          event.preventDefault();
          onDone();
        }}
      >
        <CountField
          label={m.seats}
          value={call.travellers.seated}
          min={0}
          max={MOST_PEOPLE}
          onChange={(seated) => onChange({ travellers: { ...call.travellers, seated } })}
        />
        <CountField
          label={m.wheelchairs}
          value={call.travellers.wheelchairs}
          min={0}
          max={MOST_PEOPLE}
          onChange={(wheelchairs) => onChange({ travellers: { ...call.travellers, wheelchairs } })}
        />
        <CountField
          label={m.bulky}
          hint={m.bulkyHint}
          value={call.travellers.bulky}
          min={0}
          max={MOST_PEOPLE}
          onChange={(bulky) => onChange({ travellers: { ...call.travellers, bulky } })}
        />
        <WalkField value={call.maxWalkM} onChange={(maxWalkM) => onChange({ maxWalkM })} />
      </div>
    </form>
  );
}

function WalkField({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const m = useMessages(messages);
  const format = useFormat();
  return (
    <SelectField
      label={m.walk}
      value={String(value)}
      options={MOST_WALK_M.map((metres) => ({
        value: String(metres),
        label: metres === 0 ? m.doorToDoor : format.distance(metres),
      }))}
      onChange={(next) => onChange(Number(next))}
    />
  );
}

function Understood({ when }: { when: When }) {
  const m = useMessages(messages);
  const format = useFormat();
  if (!when.ok) return m.whenEmpty;
  if (when.now) return <strong>{m.departsNow(format.time(when.at))}</strong>;
  const told = format.dayAndTime(when.at);
  return <strong>{when.kind === 'arrive' ? m.arrives(told) : m.departs(told)}</strong>;
}

function useProblem(when: When): string | null {
  const m = useMessages(messages);
  if (when.ok || when.problem === 'empty') return null;
  if (when.problem === 'no_time') return m.noTime;
  return when.problem === 'past' ? m.past : m.unknown(when.word ?? '');
}
