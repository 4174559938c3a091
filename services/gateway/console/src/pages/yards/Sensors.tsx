import { Plus, X } from 'lucide-react';
import type { WasteDevice } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button, IconButton } from '@/components/Button';
import { SelectField } from '@/components/Field';
import { useMessages, wordFor } from '@/i18n/language';
import { MOST_SENSORS, nextKey, ROLES, type SensorDraft } from './draft';
import { messages } from './messages';
import styles from './YardsPage.module.css';
import { useDevices } from './yards';

interface Props {
  yardId: string;
  subAccountId: string;
  sensors: readonly SensorDraft[];
  onChange: (sensors: readonly SensorDraft[]) => void;
}

/** What counts at the gate: devices of the same sub-account that watch nothing else. */
export function Sensors({ yardId, subAccountId, sensors, onChange }: Props) {
  const m = useMessages(messages);
  const devices = useDevices();
  const used = new Set(sensors.map((sensor) => sensor.deviceId));
  const free = (devices.data ?? [])
    .filter((device) => device.sub_account_id === subAccountId && watchesNothingElse(device, yardId))
    .map((device) => device.device_id)
    .filter((id) => !used.has(id));
  const change = (key: number, part: Partial<SensorDraft>) =>
    onChange(sensors.map((sensor) => (sensor.key === key ? { ...sensor, ...part } : sensor)));
  return (
    <>
      <h3>{m.sensors}</h3>
      {devices.isError && <Failure error={devices.error} onAgain={() => void devices.refetch()} />}
      {sensors.length === 0 && <p className={styles.soft}>{m.noSensorsHint}</p>}
      {sensors.map((sensor, index) => (
        <fieldset key={sensor.key} className={styles.entry}>
          <legend>{m.sensor(index + 1)}</legend>
          <div className={styles.row}>
            <div className={styles.pair}>
              <SelectField
                label={m.device}
                value={sensor.deviceId}
                options={[sensor.deviceId, ...free].map((value) => ({ value, label: value }))}
                onChange={(deviceId) => change(sensor.key, { deviceId })}
              />
              <SelectField
                label={m.role}
                value={sensor.role}
                options={ROLES.map((value) => ({ value, label: wordFor(m.roles, value) }))}
                onChange={(role) => change(sensor.key, { role })}
              />
            </div>
            <IconButton
              label={m.removeSensor(index + 1)}
              onClick={() => onChange(sensors.filter((each) => each.key !== sensor.key))}
            >
              <X aria-hidden="true" />
            </IconButton>
          </div>
        </fieldset>
      ))}
      {devices.data && free.length === 0 && <p className={styles.soft}>{m.noDevices}</p>}
      <div>
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={free.length === 0 || sensors.length >= MOST_SENSORS}
          onClick={() =>
            onChange([
              ...sensors,
              { key: nextKey(sensors), deviceId: free[0] ?? '', role: 'YARD_SENSOR_ROLE_BOTH' },
            ])
          }
        >
          {m.addSensor}
        </Button>
      </div>
    </>
  );
}

function watchesNothingElse(device: WasteDevice, yardId: string): boolean {
  if (device.container_id || device.parking_space_id) return false;
  return !device.yard_id || device.yard_id === yardId;
}
