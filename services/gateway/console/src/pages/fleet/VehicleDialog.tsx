import { useState } from 'react';
import type { PoolingVehicle, PoolingVehicleKind } from '@/api/schema';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { CountField, SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useZones } from '@/district/district';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as deskMessages } from '@/pages/desk/messages';
import styles from './FleetPage.module.css';
import { messages } from './messages';
import { Refusal } from './Refusal';
import { useDeleteVehicle, useSaveVehicle } from './shifts';

const KINDS = [
  'VEHICLE_KIND_BUERGERBUS',
  'VEHICLE_KIND_ANRUFBUS',
  'VEHICLE_KIND_DOERPSMOBIL',
  'VEHICLE_KIND_TAXI',
] as const satisfies readonly PoolingVehicleKind[];

/** A vehicle: new, or as it is. Further layouts of its places stay as they are. */
export function VehicleDialog({ vehicle, onClose }: { vehicle: PoolingVehicle | null; onClose: () => void }) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const common = useMessages(componentMessages);
  const zones = useZones().data ?? [];
  const [id, setId] = useState(vehicle?.vehicle_id ?? '');
  const [name, setName] = useState(vehicle?.name ?? '');
  const [kind, setKind] = useState<PoolingVehicleKind>(vehicle?.kind ?? 'VEHICLE_KIND_BUERGERBUS');
  const [zone, setZone] = useState(vehicle?.zone_id ?? '');
  const [seats, setSeats] = useState(vehicle?.layouts[0]?.seat_count ?? 8);
  const [chairs, setChairs] = useState(vehicle?.layouts[0]?.wheelchair_place_count ?? 0);
  const [state, setState] = useState<'in' | 'out'>(vehicle?.out_of_service ? 'out' : 'in');
  const save = useSaveVehicle(vehicle === null, () => {
    say('good', m.vehicleSaved);
    onClose();
  });
  const remove = useDeleteVehicle(() => {
    say('good', m.vehicleDeleted);
    onClose();
  });
  const zoneId = zone || zones[0]?.zone_id || '';

  return (
    <Modal
      open
      onClose={onClose}
      title={vehicle ? vehicle.name || vehicle.vehicle_id : m.newVehicle}
      actions={
        <>
          {vehicle && (
            <Button
              kind="danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate(vehicle.vehicle_id)}
            >
              {m.remove}
            </Button>
          )}
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={!id || !zoneId || seats + chairs === 0 || save.isPending}
            onClick={() =>
              save.mutate({
                vehicle_id: id,
                zone_id: zoneId,
                name,
                kind,
                layouts: [
                  { seat_count: seats, wheelchair_place_count: chairs },
                  ...(vehicle?.layouts.slice(1) ?? []),
                ],
                out_of_service: state === 'out',
              })
            }
          >
            {save.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      {!vehicle && <TextField label={m.id} value={id} onChange={setId} hint={m.idHint} maxLength={64} />}
      <TextField label={m.name} value={name} onChange={setName} maxLength={100} />
      <div className={styles.pair}>
        <SelectField
          label={m.kind}
          value={kind}
          options={KINDS.map((value) => ({ value, label: wordFor(desk.kinds, value) }))}
          onChange={setKind}
        />
        {!vehicle && (
          <SelectField
            label={m.zone}
            value={zoneId}
            options={zones.map((each) => ({ value: each.zone_id, label: each.name || each.zone_id }))}
            onChange={setZone}
          />
        )}
      </div>
      <div className={styles.pair}>
        <CountField label={m.seats} value={seats} min={0} max={60} onChange={setSeats} />
        <CountField label={m.wheelchairs} value={chairs} min={0} max={10} onChange={setChairs} />
      </div>
      {vehicle && (
        <div>
          <Choice
            label={m.state}
            value={state}
            options={[
              { value: 'in', label: m.inService },
              { value: 'out', label: m.outOfService },
            ]}
            onChange={setState}
          />
        </div>
      )}
      {(save.isError || remove.isError) && <Refusal error={save.error ?? remove.error} />}
    </Modal>
  );
}
