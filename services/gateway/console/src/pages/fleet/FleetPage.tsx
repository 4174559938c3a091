import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { PoolingShift, PoolingVehicle } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { DayPicker } from '@/components/DayPicker';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useTimeZone, useZoneName } from '@/district/district';
import { secondsOf } from '@/i18n/duration';
import { type Format, useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { serviceDate } from '@/i18n/local_time';
import { BreakdownDialog } from '@/pages/breakdown/BreakdownDialog';
import { BreakdownLink } from '@/pages/breakdown/BreakdownLink';
import { messages as breakdownMessages } from '@/pages/breakdown/messages';
import { messages as deskMessages } from '@/pages/desk/messages';
import { useVehicleName, useVehicles } from '@/pages/rides/rides';
import { CancelShiftDialog } from './CancelShiftDialog';
import { DriverLinkDialog } from './DriverLinkDialog';
import styles from './FleetPage.module.css';
import { messages } from './messages';
import { ShiftDialog } from './ShiftDialog';
import { useShifts } from './shifts';
import { VehicleDialog } from './VehicleDialog';

/** Who drives when, and with what. */
export default function FleetPage() {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const [query, setQuery] = useSearchParams();
  const date = query.get('day') ?? serviceDate(new Date(), timeZone);
  const [creating, setCreating] = useState(false);
  useCommands([{ id: 'fleet:new', label: m.newShift, keys: 'n', run: () => setCreating(true) }]);
  return (
    <PageFrame
      title={m.title}
      about={m.volunteers}
      actions={
        <>
          <DayPicker value={date} onChange={(day) => setQuery({ day }, { replace: true })} />
          <Button kind="main" keys="N" onClick={() => setCreating(true)}>
            {m.newShift}
          </Button>
        </>
      }
    >
      <Shifts date={date} />
      <Vehicles />
      {creating && <ShiftDialog date={date} shift={null} onClose={() => setCreating(false)} />}
    </PageFrame>
  );
}

function breaksOf(
  shift: PoolingShift,
  m: { breakValue: (a: string, b: string, c: string) => string },
  format: Format,
) {
  return shift.breaks
    .map(({ duration, start_window }) =>
      m.breakValue(
        format.duration(secondsOf(duration)),
        format.time(start_window?.earliest ?? ''),
        format.time(start_window?.latest ?? ''),
      ),
    )
    .join(', ');
}

function Shifts({ date }: { date: string }) {
  const m = useMessages(messages);
  const format = useFormat();
  const zoneName = useZoneName();
  const vehicleName = useVehicleName();
  const shifts = useShifts(date);
  const [cancelling, setCancelling] = useState<PoolingShift | null>(null);
  const [changing, setChanging] = useState<PoolingShift | null>(null);
  const columns = useMemo<readonly Column<PoolingShift>[]>(
    () => [
      {
        id: 'from',
        header: m.from,
        cell: (shift) => <strong>{format.time(shift.start_time ?? '')}</strong>,
        order: (shift) => shift.start_time ?? '',
      },
      {
        id: 'until',
        header: m.until,
        cell: (shift) => format.time(shift.end_time ?? ''),
        order: (shift) => shift.end_time ?? '',
      },
      {
        id: 'vehicle',
        header: m.vehicle,
        cell: (shift) => vehicleName(shift.vehicle_id),
        order: (shift) => vehicleName(shift.vehicle_id),
      },
      { id: 'zone', header: m.zone, minor: true, cell: (shift) => zoneName(shift.zone_id) },
      { id: 'breaks', header: m.breaks, minor: true, cell: (shift) => breaksOf(shift, m, format) || '–' },
      {
        id: 'actions',
        header: '',
        numeric: true,
        cell: (shift) => (
          <Button
            kind="quiet"
            className={styles.cancel}
            // The row itself opens the shift.
            onKeyDown={(event) => event.stopPropagation()}
            onClick={(event) => {
              event.stopPropagation();
              setCancelling(shift);
            }}
          >
            {m.cancel}
          </Button>
        ),
      },
    ],
    [m, format, vehicleName, zoneName],
  );
  return (
    <section className={styles.part} aria-label={m.shifts}>
      <h2>{m.shifts}</h2>
      {shifts.isPending && <Loading />}
      {shifts.isError && <Failure error={shifts.error} onAgain={() => void shifts.refetch()} />}
      {shifts.data?.length === 0 && (
        <Empty title={m.noShifts}>
          <p>{m.noShiftsHint}</p>
        </Empty>
      )}
      {shifts.data && shifts.data.length > 0 && (
        <DataTable
          label={m.shifts}
          columns={columns}
          rows={shifts.data}
          rowId={(shift) => shift.shift_id}
          first={{ id: 'from' }}
          onOpen={setChanging}
        />
      )}
      {changing && <ShiftDialog date={date} shift={changing} onClose={() => setChanging(null)} />}
      {cancelling && <CancelShiftDialog shift={cancelling} onClose={() => setCancelling(null)} />}
    </section>
  );
}

function Vehicles() {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const breakdown = useMessages(breakdownMessages);
  const zoneName = useZoneName();
  const vehicles = useVehicles();
  const [editing, setEditing] = useState<PoolingVehicle | 'new' | null>(null);
  const [linking, setLinking] = useState<PoolingVehicle | null>(null);
  const [broken, setBroken] = useState<PoolingVehicle | null>(null);
  const columns = useMemo<readonly Column<PoolingVehicle>[]>(
    () => [
      {
        id: 'name',
        header: m.name,
        cell: (vehicle) => <strong>{vehicle.name || vehicle.vehicle_id}</strong>,
        order: (vehicle) => vehicle.name || vehicle.vehicle_id,
      },
      {
        id: 'kind',
        header: m.kind,
        cell: (vehicle) => wordFor(desk.kinds, vehicle.kind),
        order: (vehicle) => vehicle.kind,
      },
      { id: 'zone', header: m.zone, minor: true, cell: (vehicle) => zoneName(vehicle.zone_id) },
      {
        id: 'places',
        header: m.places,
        minor: true,
        cell: (vehicle) =>
          vehicle.layouts
            .map((layout) => m.layout(layout.seat_count, layout.wheelchair_place_count))
            .join(m.or),
      },
      {
        id: 'state',
        header: m.state,
        cell: (vehicle) => (
          <Badge tone={vehicle.out_of_service ? 'bad' : 'good'}>
            {vehicle.out_of_service ? m.outOfService : m.inService}
          </Badge>
        ),
        order: (vehicle) => Number(vehicle.out_of_service),
      },
      {
        id: 'breakdown',
        header: '',
        numeric: true,
        cell: (vehicle) =>
          vehicle.out_of_service ? (
            <BreakdownLink vehicleId={vehicle.vehicle_id} />
          ) : (
            <Button
              kind="quiet"
              className={styles.cancel}
              aria-label={breakdown.reportOf(vehicle.name || vehicle.vehicle_id)}
              // The row itself opens the vehicle.
              onKeyDown={(event) => event.stopPropagation()}
              onClick={(event) => {
                event.stopPropagation();
                setBroken(vehicle);
              }}
            >
              {breakdown.report}
            </Button>
          ),
      },
      {
        id: 'driver',
        header: '',
        numeric: true,
        cell: (vehicle) => (
          <Button
            kind="quiet"
            className={styles.cancel}
            aria-label={m.driverLinkOf(vehicle.name || vehicle.vehicle_id)}
            // The row itself opens the vehicle.
            onKeyDown={(event) => event.stopPropagation()}
            onClick={(event) => {
              event.stopPropagation();
              setLinking(vehicle);
            }}
          >
            {m.driverLink}
          </Button>
        ),
      },
    ],
    [m, desk, breakdown, zoneName],
  );
  return (
    <section className={styles.part} aria-label={m.vehicles}>
      <div className={styles.heading}>
        <h2>{m.vehicles}</h2>
        <Button onClick={() => setEditing('new')}>{m.newVehicle}</Button>
      </div>
      {vehicles.isPending && <Loading />}
      {vehicles.isError && <Failure error={vehicles.error} onAgain={() => void vehicles.refetch()} />}
      {vehicles.data?.length === 0 && (
        <Empty title={m.noVehicles}>
          <p>{m.noVehiclesHint}</p>
        </Empty>
      )}
      {vehicles.data && vehicles.data.length > 0 && (
        <DataTable
          label={m.vehicles}
          columns={columns}
          rows={vehicles.data}
          rowId={(vehicle) => vehicle.vehicle_id}
          first={{ id: 'name' }}
          onOpen={setEditing}
        />
      )}
      {editing && (
        <VehicleDialog vehicle={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
      {broken && <BreakdownDialog vehicleId={broken.vehicle_id} onClose={() => setBroken(null)} />}
      {linking && <DriverLinkDialog vehicle={linking} onClose={() => setLinking(null)} />}
    </section>
  );
}
