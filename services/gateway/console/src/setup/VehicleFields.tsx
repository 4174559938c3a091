import { Trash2 } from 'lucide-react';
import { IconButton } from '@/components/Button';
import { CountField, SelectField, TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import type { SetupPlace } from './calls';
import { messages } from './messages';
import styles from './Setup.module.css';
import { SetupPlaceField } from './SetupPlaceField';

const KINDS = ['buergerbus', 'anrufbus', 'doerpsmobil', 'taxi'] as const;
const MOST_PLACES = 60;

export interface NewVehicle {
  /** Of its row on this page only. */
  key: string;
  name: string;
  kind: (typeof KINDS)[number];
  seat_count: number;
  wheelchair_place_count: number;
  place: SetupPlace | null;
}

interface Props {
  number: number;
  vehicle: NewVehicle;
  onVehicle: (vehicle: NewVehicle) => void;
  onRemove: () => void;
  fault: string | null;
}

/** One vehicle of a new service. */
export function VehicleFields({ number, vehicle, onVehicle, onRemove, fault }: Props) {
  const m = useMessages(messages);
  const put = (changed: Partial<NewVehicle>) => onVehicle({ ...vehicle, ...changed });
  return (
    <fieldset className={styles.vehicle}>
      <legend>{m.vehicle(number)}</legend>
      <div className={styles.pair}>
        <TextField
          label={m.vehicleName}
          value={vehicle.name}
          onChange={(name) => put({ name })}
          maxLength={100}
          required
          autoFocus
        />
        <SelectField
          label={m.kind}
          value={vehicle.kind}
          options={KINDS.map((value) => ({ value, label: m.kinds[value] }))}
          onChange={(kind) => put({ kind })}
        />
      </div>
      <div className={styles.pair}>
        <SetupPlaceField
          label={m.home}
          place={vehicle.place}
          onPlace={(place) => put({ place })}
          error={fault}
        />
        <CountField
          label={m.seats}
          value={vehicle.seat_count}
          min={0}
          max={MOST_PLACES}
          onChange={(seat_count) => put({ seat_count })}
        />
        <CountField
          label={m.wheelchairs}
          value={vehicle.wheelchair_place_count}
          min={0}
          max={MOST_PLACES}
          onChange={(wheelchair_place_count) => put({ wheelchair_place_count })}
        />
      </div>
      <IconButton label={m.removeVehicle(vehicle.name || m.vehicle(number))} onClick={onRemove}>
        <Trash2 aria-hidden="true" />
      </IconButton>
    </fieldset>
  );
}
