import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeftRight, Crosshair, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { client, newKey, told } from '@/api/client';
import type { PoolingPlannedStop } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { PAGES } from '@/app/page';
import { Button, IconButton } from '@/components/Button';
import { Facts } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages as timelineMessages } from '@/pages/timeline/messages';
import styles from './MapPage.module.css';
import { messages } from './messages';
import { nameOf, stateOf } from './ObjectList';
import type {
  CarObject,
  ClosureObject,
  ContainerObject,
  MapObject,
  ObjectLayer,
  RideObject,
  VehicleObject,
} from './objects';

const MOST_STOPS = 6;

interface Props {
  object: MapObject;
  objects: Record<ObjectLayer, MapObject[]>;
  /** Whether the caller may lift closures. */
  closes: boolean;
  /** Gives a ride to another vehicle; not given to those who may not. */
  onMove: ((rideId: string) => void) | null;
  onOpen: (object: MapObject) => void;
  onClose: () => void;
}

/** What something on the map is, and what can be done with it. */
export function Details({ object, objects, closes, onMove, onOpen, onClose }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  return (
    <section className={styles.details} aria-label={nameOf(object, m)} aria-live="polite">
      <header className={styles.row}>
        <div>
          <h2>{nameOf(object, m)}</h2>
          <p className={styles.soft}>{stateOf(object, m, format)}</p>
        </div>
        <span className={styles.row}>
          <IconButton label={m.show} onClick={() => onOpen(object)}>
            <Crosshair aria-hidden="true" />
          </IconButton>
          <IconButton label={m.close} onClick={onClose}>
            <X aria-hidden="true" />
          </IconButton>
        </span>
      </header>
      <Content object={object} objects={objects} closes={closes} onMove={onMove} onOpen={onOpen} />
    </section>
  );
}

function Content({ object, objects, closes, onMove, onOpen }: Omit<Props, 'onClose'>) {
  const m = useMessages(messages);
  switch (object.layer) {
    case 'vehicles':
      return <VehicleDetails object={object} onMove={onMove} />;
    case 'rides':
      return (
        <RideDetails
          object={object}
          vehicles={objects.vehicles}
          onMove={waits(object, objects.rides) ? onMove : null}
          onOpen={onOpen}
        />
      );
    case 'closures':
      return <ClosureDetails object={object} closes={closes} />;
    case 'containers':
      return <ContainerDetails object={object} />;
    case 'stops':
      return <To path="/desk">{m.callDesk}</To>;
    case 'benches':
      return (
        <Facts facts={[[m.directions, object.bench.signs.map((sign) => sign.destination).join(', ')]]} />
      );
    case 'cars':
      return <CarDetails object={object} />;
  }
}

/** A way to another page; nothing where this console has no such page. */
function To({ path, to, children }: { path: string; to?: string; children: ReactNode }) {
  return PAGES.some((page) => page.path === path) ? <Link to={to ?? path}>{children}</Link> : null;
}

/** Whether nobody has picked the passenger up yet. */
function waits({ stop }: RideObject, rides: readonly MapObject[]): boolean {
  return rides.some(
    (each) =>
      each.layer === 'rides' &&
      each.stop.ride_id === stop.ride_id &&
      each.stop.action === 'STOP_ACTION_PICKUP',
  );
}

function VehicleDetails({ object, onMove }: { object: VehicleObject; onMove: Props['onMove'] }) {
  const m = useMessages(messages);
  const next = object.tours.flatMap((tour) => tour.stops.filter((stop) => !stop.done)).slice(0, MOST_STOPS);
  return (
    <>
      <h3>{m.nextStops}</h3>
      {next.length === 0 && <p className={styles.soft}>{m.noStops}</p>}
      <ol className={styles.stops}>
        {next.map((stop) => (
          <StopLine key={stop.stop_id} stop={stop} onMove={onMove} />
        ))}
      </ol>
      <div className={styles.row}>
        <To path="/timeline">{m.openTimeline}</To>
        <To path="/desk">{m.callDesk}</To>
      </div>
    </>
  );
}

function StopLine({ stop, onMove }: { stop: PoolingPlannedStop; onMove: Props['onMove'] }) {
  const m = useMessages(messages);
  const format = useFormat();
  const what = {
    STOP_ACTION_PICKUP: m.pickup,
    STOP_ACTION_DROPOFF: m.dropoff,
    STOP_ACTION_BREAK: m.break,
    STOP_ACTION_UNSPECIFIED: '',
  }[stop.action];
  const label = stop.action === 'STOP_ACTION_BREAK' ? '' : stop.point?.label;
  const rideId = stop.ride_id;
  return (
    <li>
      <strong>{stop.arrival_time && format.time(stop.arrival_time)}</strong>
      <span>
        {what}
        {stop.held_offer_id && ` (${m.held})`}
        {label && <small>{label}</small>}
      </span>
      {rideId && (
        <span className={styles.row}>
          <To path="/rides/:rideId" to={`/rides/${encodeURIComponent(rideId)}`}>
            {m.openRide}
          </To>
          {onMove && stop.action === 'STOP_ACTION_PICKUP' && (
            <IconButton label={m.moveRideOf(label || m.unnamed)} onClick={() => onMove(rideId)}>
              <ArrowLeftRight aria-hidden="true" />
            </IconButton>
          )}
        </span>
      )}
    </li>
  );
}

function RideDetails(props: {
  object: RideObject;
  vehicles: MapObject[];
  onMove: Props['onMove'];
  onOpen: (object: MapObject) => void;
}) {
  const m = useMessages(messages);
  const plan = useMessages(timelineMessages);
  const format = useFormat();
  const { stop, vehicleId } = props.object;
  const rideId = stop.ride_id;
  const { earliest, latest } = stop.promise?.pickup_window ?? {};
  const arrival = stop.promise?.latest_arrival;
  const move = props.onMove && rideId ? () => props.onMove?.(rideId) : null;
  useCommands(move ? [{ id: 'map:move', label: m.moveRide, keys: 'm', run: move }] : []);
  const vehicle = props.vehicles.find((each) => each.id === `vehicle ${vehicleId}`);
  const { seated_count = 0, wheelchair_count = 0 } = stop.party ?? {};
  return (
    <>
      <Facts
        facts={[
          [
            stop.action === 'STOP_ACTION_DROPOFF' ? m.dropoff : m.pickup,
            stop.arrival_time ? m.planned(format.time(stop.arrival_time)) : '',
          ],
          ...(earliest && latest
            ? [[plan.window, plan.span(format.time(earliest), format.time(latest))] as const]
            : []),
          ...(arrival ? [[plan.latest, format.time(arrival)] as const] : []),
          [m.people, format.number(seated_count + wheelchair_count)],
          ...(wheelchair_count > 0 ? [[m.wheelchairs, format.number(wheelchair_count)] as const] : []),
          [
            m.vehicle,
            vehicle ? (
              <Button
                key="vehicle"
                kind="quiet"
                className={styles.vehicle}
                onClick={() => props.onOpen(vehicle)}
              >
                {vehicle.name}
              </Button>
            ) : (
              vehicleId
            ),
          ],
        ]}
      />
      {stop.held_offer_id && <p className={styles.soft}>{m.held}</p>}
      <div className={styles.row}>
        {move && (
          <Button kind="main" keys="M" onClick={move}>
            {m.moveRide}
          </Button>
        )}
        {rideId && (
          <To path="/rides/:rideId" to={`/rides/${encodeURIComponent(rideId)}`}>
            {m.openRide}
          </To>
        )}
        <To path="/timeline">{m.openTimeline}</To>
      </div>
    </>
  );
}

function ClosureDetails({ object, closes }: { object: ClosureObject; closes: boolean }) {
  const m = useMessages(messages);
  const format = useFormat();
  const queries = useQueryClient();
  const [key] = useState(newKey);
  const { road_change_id, start_time, end_time } = object.change;
  const lift = useMutation({
    mutationFn: async () =>
      told(
        await client.DELETE('/v1/road-changes/{road_change_id}', {
          params: { path: { road_change_id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    onSuccess: () => {
      say('good', m.lifted);
      void queries.invalidateQueries({ queryKey: ['map', 'closures'] });
    },
  });
  return (
    <>
      <Facts
        facts={[
          ...(start_time ? [[m.from, format.dayAndTime(start_time)] as const] : []),
          [m.until, end_time ? format.dayAndTime(end_time) : m.untilLifted],
        ]}
      />
      {closes && (
        <div>
          <Button kind="danger" disabled={lift.isPending} onClick={() => lift.mutate()}>
            {m.lift}
          </Button>
        </div>
      )}
      {lift.error && <Failure error={lift.error} />}
    </>
  );
}

function ContainerDetails({ object }: { object: ContainerObject }) {
  const m = useMessages(messages);
  const format = useFormat();
  const { state } = object;
  const probability = state.overflow_probability;
  return (
    <>
      <Facts
        facts={[
          ...(state.latest
            ? [
                [m.level, format.percent(state.latest.level_share)] as const,
                ...(state.latest.measure_time
                  ? [[m.measured, format.dayAndTime(state.latest.measure_time)] as const]
                  : []),
              ]
            : []),
          ...(state.expected_full_time
            ? [[m.expectedFull, format.dayAndTime(state.expected_full_time)] as const]
            : []),
          ...(probability === undefined ? [] : [[m.overflow, format.percent(probability)] as const]),
        ]}
      />
      <div className={styles.row}>
        <Why title={m.why}>
          <p>{m.reason[state.reason]}</p>
        </Why>
        <To path="/containers">{m.openContainers}</To>
        <To path="/tours">{m.planTour}</To>
      </div>
    </>
  );
}

function CarDetails({ object }: { object: CarObject }) {
  const m = useMessages(messages);
  const format = useFormat();
  const { car } = object;
  return (
    <Facts
      facts={[
        [m.seats, format.number(car.seat_count)],
        [m.range, format.distance(car.range_m)],
        [m.perHour, format.money(car.hour_price_cents, car.currency)],
      ]}
    />
  );
}
