import type { components } from '@/api/schema';
import type { Position } from './geometry';

type Told = components['schemas'];

export const LAYERS = [
  'vehicles',
  'paths',
  'rides',
  'closures',
  'containers',
  'stops',
  'benches',
  'cars',
] as const;
export type LayerId = (typeof LAYERS)[number];

/** Those of which each thing can be picked, and stands in the list beside the map. */
export type ObjectLayer = Exclude<LayerId, 'paths'>;

interface Base {
  /** Unique on the map. */
  id: string;
  position: Position;
  name: string;
}

export interface VehicleObject extends Base {
  layer: 'vehicles';
  vehicle: Told['PoolingVehicle'];
  tours: readonly Told['PoolingTour'][];
  live: Told['PoolingLiveVehicle'] | undefined;
}

export interface RideObject extends Base {
  layer: 'rides';
  stop: Told['PoolingPlannedStop'];
  vehicleId: string;
}

export interface ClosureObject extends Base {
  layer: 'closures';
  change: Told['NetworkRoadChange'];
  path: Position[];
}

export interface ContainerObject extends Base {
  layer: 'containers';
  state: Told['WasteContainerState'];
}

export interface StopObject extends Base {
  layer: 'stops';
  stop: Told['PoolingVirtualStop'];
}

export interface BenchObject extends Base {
  layer: 'benches';
  bench: Told['JourneysBench'];
}

export interface CarObject extends Base {
  layer: 'cars';
  car: Told['JourneysCar'];
}

export type MapObject =
  | VehicleObject
  | RideObject
  | ClosureObject
  | ContainerObject
  | StopObject
  | BenchObject
  | CarObject;

export function positionOf(told: Told['CommonPosition'] | undefined): Position | null {
  return told ? [told.longitude_deg, told.latitude_deg] : null;
}

export function stopsOf(told: readonly Told['PoolingVirtualStop'][]): StopObject[] {
  return placed(told, (stop) => ({
    layer: 'stops',
    id: `stop ${stop.virtual_stop_id}`,
    name: stop.name,
    stop,
  }));
}

export function benchesOf(told: readonly Told['JourneysBench'][]): BenchObject[] {
  return placed(told, (bench) => ({
    layer: 'benches',
    id: `bench ${bench.bench_id}`,
    name: bench.name,
    bench,
  }));
}

export function carsOf(told: readonly Told['JourneysCar'][]): CarObject[] {
  return placed(told, (car) => ({ layer: 'cars', id: `car ${car.car_id}`, name: car.name, car }));
}

function placed<T extends { position?: Told['CommonPosition'] }, O extends MapObject>(
  told: readonly T[],
  made: (one: T) => Omit<O, 'position'>,
): O[] {
  return told.flatMap((one) => {
    const position = positionOf(one.position);
    return position ? [{ ...made(one), position } as O] : [];
  });
}

export function vehiclesOf(
  vehicles: readonly Told['PoolingVehicle'][],
  live: readonly Told['PoolingLiveVehicle'][],
  plans: readonly Told['PoolingPlan'][],
): VehicleObject[] {
  const reported = new Map(live.map((each) => [each.vehicle_id, each]));
  const tours = new Map<string, Told['PoolingTour'][]>();
  for (const tour of plans.flatMap((plan) => plan.tours)) {
    tours.set(tour.vehicle_id, [...(tours.get(tour.vehicle_id) ?? []), tour]);
  }
  return vehicles.flatMap((vehicle) => {
    const own = tours.get(vehicle.vehicle_id) ?? [];
    const seen = reported.get(vehicle.vehicle_id);
    // Before its first report a vehicle stands where its shift begins.
    const position = positionOf(seen?.position) ?? positionOf(own[0]?.start);
    if (!position) return [];
    return [
      {
        layer: 'vehicles',
        id: `vehicle ${vehicle.vehicle_id}`,
        name: vehicle.name || vehicle.vehicle_id,
        position,
        vehicle,
        tours: own,
        live: seen,
      },
    ];
  });
}

/** Where people get on and off; a place that nobody named is called as its stop, if it is one. */
export function ridesOf(
  plans: readonly Told['PoolingPlan'][],
  virtualStops: readonly Told['PoolingVirtualStop'][],
): RideObject[] {
  const names = new Map(virtualStops.map((each) => [each.virtual_stop_id, each.name]));
  return plans.flatMap((plan) =>
    plan.tours.flatMap((tour) =>
      tour.stops.flatMap((stop): RideObject[] => {
        const position = positionOf(stop.point?.position);
        if (!position || stop.done || stop.action === 'STOP_ACTION_BREAK') return [];
        const name = stop.point?.label || names.get(stop.point?.virtual_stop_id ?? '') || '';
        return [
          { layer: 'rides', id: `ride ${stop.stop_id}`, name, position, stop, vehicleId: tour.vehicle_id },
        ];
      }),
    ),
  );
}

export function closuresOf(changes: readonly Told['NetworkRoadChange'][]): ClosureObject[] {
  return changes.flatMap((change): ClosureObject[] => {
    const path = change.path.map(
      ({ longitude_deg, latitude_deg }): Position => [longitude_deg, latitude_deg],
    );
    const middle = path[Math.floor((path.length - 1) / 2)];
    if (!middle) return [];
    const id = `closure ${change.road_change_id}`;
    return [{ layer: 'closures', id, name: change.note, position: middle, change, path }];
  });
}

export function containersOf(
  states: readonly Told['WasteContainerState'][],
  sites: readonly Told['WasteSite'][],
): ContainerObject[] {
  const where = new Map(sites.map((site) => [site.site_id, site]));
  const count = new Map<string, number>();
  return states.flatMap((state): ContainerObject[] => {
    const site = where.get(state.site_id);
    const position = positionOf(site?.position);
    if (!site || !position) return [];
    // Those of one site stand side by side, or only the last would be seen.
    const place = count.get(state.site_id) ?? 0;
    count.set(state.site_id, place + 1);
    const east = (place * 7) / (111_195 * Math.cos((position[1] * Math.PI) / 180));
    return [
      {
        layer: 'containers',
        id: `container ${state.container_id}`,
        name: site.name,
        position: [position[0] + east, position[1]],
        state,
      },
    ];
  });
}
