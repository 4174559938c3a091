import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Problem } from '@/api/problem';
import { toldOf } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { CountField, TextField } from '@/components/Field';
import { messages as componentMessages } from '@/components/messages';
import { useLanguage, useMessages } from '@/i18n/language';
import { type SetupPlace, type SetupState, startService, throwAway } from './calls';
import { FoundList } from './FoundList';
import { toldFault } from './faults';
import { messages } from './messages';
import styles from './Setup.module.css';
import { SetupPlaceField } from './SetupPlaceField';
import { SmallMap } from './SmallMap';
import { type NewVehicle, VehicleFields } from './VehicleFields';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const WORKING = DAYS.slice(0, 5);
const RADIUS_KM = 10;
const MOST_RADIUS_KM = 100;

interface Props {
  state: SetupState;
  onState: (state: SetupState) => void;
  onStarted: (code: string) => void;
}

/** Where, when and with what is driven; then the services can start. */
export function ServiceStep({ state, onState, onStarted }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const { language } = useLanguage();
  const [where, setWhere] = useState<'whole' | 'around'>('whole');
  const [centre, setCentre] = useState<SetupPlace | null>(null);
  const [radius, setRadius] = useState(RADIUS_KM);
  const [days, setDays] = useState<readonly string[]>(WORKING);
  const [start, setStart] = useState('06:00');
  const [end, setEnd] = useState('20:00');
  const [vehicles, setVehicles] = useState<readonly NewVehicle[]>([]);
  const [fault, setFault] = useState<{ field: string; why: string } | null>(null);
  const [busy, setBusy] = useState(false);

  const zone = where === 'around' && centre ? { centre, radius_km: radius } : null;
  const at = (field: string) => (fault?.field === field ? fault.why : null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (where === 'around' && !centre) {
      setFault({ field: 'zone.centre', why: m.nowhere });
      return;
    }
    const homeless = vehicles.findIndex((vehicle) => !vehicle.place);
    if (homeless >= 0) {
      setFault({ field: `vehicles[${homeless}].place`, why: m.nowhere });
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      const { code } = await startService({
        zone,
        weekdays: days,
        start,
        end,
        vehicles: vehicles.flatMap(({ key: _, place, ...vehicle }) => (place ? [{ ...vehicle, place }] : [])),
      });
      onStarted(code);
    } catch (error) {
      const violation = error instanceof Problem ? error.violations[0] : undefined;
      setFault(
        violation
          ? { field: violation.field, why: toldFault(violation.field, violation.description, m.wrong) }
          : { field: '', why: toldOf(error, common) },
      );
      setBusy(false);
    }
  }

  const shown = ['zone.centre', 'zone.radius_km', 'start', 'end'];
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <h2>{m.service}</h2>
      <p>{m.serviceAbout}</p>
      {state.found && <FoundList found={state.found} language={language} />}
      {fault && !shown.includes(fault.field) && !/^vehicles\[\d+\]/.test(fault.field) && (
        <p role="alert" className={styles.alert}>
          <strong>{m.failed}</strong>{' '}
          {fault.field && !(fault.field.replace(/^vehicles\[\d+\].*/, 'vehicles') in m.wrong)
            ? `${fault.field}: `
            : ''}
          {fault.why}
        </p>
      )}
      {state.outline && (
        <SmallMap
          outline={state.outline}
          zone={zone}
          homes={vehicles.flatMap(({ place }) => (place ? [place] : []))}
        />
      )}
      <fieldset className={styles.group}>
        <legend>{m.zone}</legend>
        <Choice
          label={m.zone}
          value={where}
          options={[
            { value: 'whole', label: m.whole },
            { value: 'around', label: m.around },
          ]}
          onChange={setWhere}
        />
        {where === 'around' && (
          <div className={styles.pair}>
            <SetupPlaceField label={m.centre} place={centre} onPlace={setCentre} error={at('zone.centre')} />
            <CountField label={m.radius} value={radius} min={1} max={MOST_RADIUS_KM} onChange={setRadius} />
          </div>
        )}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{m.when}</legend>
        <div className={styles.few}>
          {DAYS.map((day) => (
            <label key={day} className={styles.day}>
              <input
                type="checkbox"
                checked={days.includes(day)}
                onChange={(event) =>
                  setDays(DAYS.filter((each) => (each === day ? event.target.checked : days.includes(each))))
                }
              />
              <span aria-hidden="true">{m.days[day]}</span>
              <span className="only-read-aloud">{m.dayNames[day]}</span>
            </label>
          ))}
        </div>
        <div className={styles.pair}>
          <TextField
            label={m.start}
            type="time"
            value={start}
            onChange={setStart}
            error={at('start')}
            required
          />
          <TextField label={m.end} type="time" value={end} onChange={setEnd} error={at('end')} required />
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{m.vehicles}</legend>
        {vehicles.length === 0 && <p className={styles.soft}>{m.vehiclesLater}</p>}
        {vehicles.map((vehicle, index) => (
          <VehicleFields
            key={vehicle.key}
            number={index + 1}
            vehicle={vehicle}
            onVehicle={(next) => setVehicles(vehicles.map((each) => (each === vehicle ? next : each)))}
            onRemove={() => setVehicles(vehicles.filter((each) => each !== vehicle))}
            fault={fault?.field.startsWith(`vehicles[${index}]`) ? fault.why : null}
          />
        ))}
        <div>
          <Button
            icon={<Plus aria-hidden="true" />}
            onClick={() =>
              setVehicles([
                ...vehicles,
                {
                  key: crypto.randomUUID(),
                  name: '',
                  kind: 'buergerbus',
                  seat_count: 8,
                  wheelchair_place_count: 0,
                  place: null,
                },
              ])
            }
          >
            {m.addVehicle}
          </Button>
        </div>
      </fieldset>
      <div className={styles.actions}>
        <Button type="submit" kind="main" disabled={busy || days.length === 0}>
          {m.go}
        </Button>
        <Button kind="quiet" disabled={busy} onClick={() => void throwAway().then(onState)}>
          {m.back}
        </Button>
      </div>
    </form>
  );
}
