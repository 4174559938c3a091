import { Plus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { PoolingShift } from '@/api/schema';
import { Button, IconButton } from '@/components/Button';
import { CountField, SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { useVehicleName, useVehicles } from '@/pages/rides/rides';
import { useNamed } from '@/places/naming';
import { PlaceField } from '@/places/PlaceField';
import styles from './FleetPage.module.css';
import { messages } from './messages';
import { Refusal } from './Refusal';
import {
  type BreakDraft,
  draftOf,
  faultsOf,
  inputOf,
  NEW_SHIFT,
  rebased,
  type ShiftDraft,
  withBreak,
} from './shift_form';
import { isChangedMeanwhile, useCreateShift, useNewest, useUpdateShift } from './shifts';

/** As many as a shift can have. */
const MOST_BREAKS = 8;
const LONGEST_BREAK_MINUTES = 240;

interface Props {
  /** The service day of a new shift. */
  date: string;
  /** None is a new one. */
  shift: PoolingShift | null;
  onClose: () => void;
}

/** A vehicle drives from a time to a time, rests in between, and begins and ends where it is parked. */
export function ShiftDialog({ date: newDate, shift: shown, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const format = useFormat();
  const timeZone = useTimeZone();
  const vehicleName = useVehicleName();
  const newest = useNewest();
  const [shift, setShift] = useState(shown);
  const vehicles = (useVehicles().data ?? []).filter((one) => !shift || one.zone_id === shift.zone_id);
  const date = shift?.service_date ?? newDate;
  const [draft, setDraft] = useState<ShiftDraft>(() => (shift ? draftOf(shift, timeZone) : NEW_SHIFT));
  const start = useNamed(draft.start, m.placeAsBefore);
  const end = useNamed(draft.end ?? draft.start, m.placeAsBefore);
  const endField = useRef<HTMLInputElement>(null);
  const create = useCreateShift(() => {
    say('good', m.shiftCreated);
    onClose();
  });
  const update = useUpdateShift((moved) => {
    say('good', m.shiftChanged(moved));
    onClose();
  });
  const wanted = { ...draft, vehicleId: draft.vehicleId || vehicles[0]?.vehicle_id || '' };
  const faults = faultsOf(wanted, date, timeZone);
  const input = inputOf(wanted, date, timeZone, shift);
  const write = shift ? update : create;
  const set = (changes: Partial<ShiftDraft>) => setDraft((before) => ({ ...before, ...changes }));

  function save() {
    if (!input || write.isPending) return;
    if (shift) {
      const onError = (error: unknown) => isChangedMeanwhile(error) && void showNewest(shift);
      update.mutate({ ...input, shift_id: shift.shift_id }, { onError });
    } else create.mutate(input);
  }

  /** Where it cannot be had, the next try to save is refused as well and asks again. */
  async function showNewest(before: PoolingShift) {
    const after = await newest(before).catch(() => undefined);
    if (!after) return;
    setDraft((typed) => rebased(typed, draftOf(before, timeZone), draftOf(after, timeZone)));
    setShift(after);
  }

  return (
    <Modal
      open
      onClose={onClose}
      title={
        shift
          ? `${m.changeShift}: ${vehicleName(shift.vehicle_id)}, ${format.dayAndTime(shift.start_time ?? '')}`
          : m.newShift
      }
      {...(shift ? { description: m.changeShiftText } : {})}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="main" disabled={!input || write.isPending} onClick={save}>
            {write.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      <SelectField
        label={m.vehicle}
        value={wanted.vehicleId}
        options={vehicles.map((vehicle) => ({
          value: vehicle.vehicle_id,
          label: vehicle.name || vehicle.vehicle_id,
        }))}
        onChange={(vehicleId) => set({ vehicleId })}
      />
      <div className={styles.pair}>
        <TextField
          label={m.from}
          value={draft.from}
          onChange={(from) => set({ from })}
          hint={m.timeHint}
          error={faults.from ? m[faults.from] : null}
        />
        <TextField
          label={m.until}
          value={draft.until}
          onChange={(until) => set({ until })}
          hint={m.timeHint}
          error={faults.until ? m[faults.until] : null}
        />
      </div>
      <PlaceField
        label={m.start}
        spot={start}
        onSpot={(start) => set({ start })}
        onDone={() => endField.current?.focus()}
        inputRef={null}
      />
      <PlaceField label={m.end} spot={end} onSpot={(end) => set({ end })} onDone={save} inputRef={endField} />
      {draft.breaks.map((rest, index) => (
        <BreakFields
          key={rest.key}
          number={index + 1}
          rest={rest}
          faults={faults.breaks.get(rest.key) ?? {}}
          onChange={(changed) =>
            set({ breaks: draft.breaks.map((one) => (one.key === rest.key ? changed : one)) })
          }
          onRemove={() => set({ breaks: draft.breaks.filter((one) => one.key !== rest.key) })}
        />
      ))}
      {draft.breaks.length < MOST_BREAKS && (
        <div>
          <Button
            icon={<Plus aria-hidden="true" />}
            onClick={() => setDraft((before) => withBreak(before, date, timeZone))}
          >
            {m.addBreak}
          </Button>
        </div>
      )}
      {write.isError && <Refusal error={write.error} />}
    </Modal>
  );
}

interface BreakProps {
  number: number;
  rest: BreakDraft;
  faults: ReturnType<typeof faultsOf>['breaks'] extends ReadonlyMap<number, infer Fault> ? Fault : never;
  onChange: (rest: BreakDraft) => void;
  onRemove: () => void;
}

/** When it may begin, and how long it takes. */
function BreakFields({ number, rest, faults, onChange, onRemove }: BreakProps) {
  const m = useMessages(messages);
  return (
    <fieldset className={styles.break}>
      <legend>{m.breakNumber(number)}</legend>
      <TextField
        label={m.breakFrom}
        value={rest.from}
        onChange={(from) => onChange({ ...rest, from })}
        error={faults.from ? m[faults.from] : null}
      />
      <TextField
        label={m.breakUntil}
        value={rest.until}
        onChange={(until) => onChange({ ...rest, until })}
        error={faults.until ? m[faults.until] : null}
      />
      <CountField
        label={m.breakMinutes}
        value={rest.minutes}
        min={1}
        max={LONGEST_BREAK_MINUTES}
        onChange={(minutes) => onChange({ ...rest, minutes })}
      />
      <IconButton label={m.removeBreak(number)} onClick={onRemove}>
        <X aria-hidden="true" />
      </IconButton>
    </fieldset>
  );
}
