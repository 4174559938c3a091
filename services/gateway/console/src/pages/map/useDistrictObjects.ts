import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { Problem } from '@/api/problem';
import { useZones } from '@/district/district';
import type { LiveEvent } from '@/live/event_stream';
import { zoneOf } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';
import { type TourPath, tourPath } from './motion';
import {
  benchesOf,
  carsOf,
  closuresOf,
  containersOf,
  type LayerId,
  type MapObject,
  type ObjectLayer,
  ridesOf,
  stopsOf,
  vehiclesOf,
} from './objects';

const PLAN_PAUSE_MS = 1200;
const CONTAINER_PAUSE_MS = 2000;
/** Where nothing tells of changes, or a message was lost. */
const NOW_AND_THEN_MS = 60_000;

const page = (page_token: string) => ({ params: { query: { page_size: PAGE_SIZE, page_token } } });

const RIDE_EVENTS = [
  'PlanChanged',
  'VehicleArrived',
  'PassengerBoarded',
  'PassengerAlighted',
  'PassengerNotShown',
  'RoadChangeReported',
  'RoadChangeLifted',
];

async function plan(zoneId: string) {
  const path = { params: { path: { zone_id: zoneId } } };
  const [planned, ways] = await Promise.all([
    client.GET('/v1/zones/{zone_id}/plan', path).then(told),
    client.GET('/v1/zones/{zone_id}/plan/paths', path).then(told),
  ]);
  return { plan: planned.plan, paths: ways.tours.map(tourPath) };
}

function plansOf(event: LiveEvent): readonly string[] {
  const zoneId = zoneOf(event);
  return zoneId ? ['map', 'plans', zoneId] : ['map', 'plans'];
}

export interface District {
  objects: Record<ObjectLayer, MapObject[]>;
  paths: readonly TourPath[];
  /** Layers whose service did not answer, and why. */
  failures: Partial<Record<LayerId, unknown>>;
  loading: boolean;
  again: () => void;
}

/** Everything that is on the map, and kept as it is. */
export function useDistrictObjects(): District {
  const zones = useZones();
  const plans = useQueries({
    queries: (zones.data ?? []).map((zone) => ({
      queryKey: ['map', 'plans', zone.zone_id],
      queryFn: () => plan(zone.zone_id),
      refetchInterval: NOW_AND_THEN_MS,
    })),
  });
  const vehicles = useList(['map', 'vehicles'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/vehicles', page(token))),
      (each) => each.vehicles,
    ),
  );
  const live = useList(['map', 'live'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/live-vehicles', page(token))),
      (each) => each.vehicles,
    ),
  );
  const changes = useList(['map', 'closures'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/road-changes', page(token))),
      (each) => each.road_changes,
    ),
  );
  const sites = useList(['map', 'sites'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/sites', page(token))),
      (each) => each.sites,
    ),
  );
  const states = useList(['map', 'containers'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/container-states', page(token))),
      (each) => each.states,
    ),
  );
  const stops = useList(['map', 'stops'], () =>
    allPages(
      async (token) => told(await client.GET('/v1/virtual-stops', page(token))),
      (each) => each.virtual_stops,
    ),
  );
  const benches = useList(['map', 'benches'], async () => told(await client.GET('/v1/benches')).benches);
  const cars = useList(['map', 'cars'], async () => told(await client.GET('/v1/cars')).cars);

  useLiveQuery(RIDE_EVENTS, plansOf, PLAN_PAUSE_MS);
  useLiveQuery(RIDE_EVENTS, ['map', 'live'], PLAN_PAUSE_MS);
  useLiveQuery(['RoadChangeReported', 'RoadChangeLifted'], ['map', 'closures']);
  useLiveQuery(['VehicleRegistered', 'VehicleUpdated', 'VehicleRemoved'], ['map', 'vehicles']);
  useLiveQuery(
    ['AmpelChanged', 'ContainerRegistered', 'ContainerUpdated', 'ContainerRemoved'],
    ['map', 'containers'],
    CONTAINER_PAUSE_MS,
  );

  const planStamp = plans.map((each) => each.dataUpdatedAt).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the array is another one each time, its stamps are not
  const planned = useMemo(() => {
    const all = plans.flatMap((each) => each.data ?? []);
    return { plans: all.flatMap((each) => each.plan ?? []), paths: all.flatMap((each) => each.paths) };
  }, [planStamp]);
  // Each kind by itself: what did not change is not drawn anew.
  const objects = {
    vehicles: useMemo(
      () => vehiclesOf(vehicles.data ?? [], live.data ?? [], planned.plans),
      [vehicles.data, live.data, planned],
    ),
    rides: useMemo(() => ridesOf(planned.plans, stops.data ?? []), [planned, stops.data]),
    closures: useMemo(() => closuresOf(changes.data ?? []), [changes.data]),
    containers: useMemo(() => containersOf(states.data ?? [], sites.data ?? []), [states.data, sites.data]),
    stops: useMemo(() => stopsOf(stops.data ?? []), [stops.data]),
    benches: useMemo(() => benchesOf(benches.data ?? []), [benches.data]),
    cars: useMemo(() => carsOf(cars.data ?? []), [cars.data]),
  };

  const planError = zones.error ?? plans.find((each) => each.error)?.error;
  const asked = { vehicles, live, changes, sites, states, stops, benches, cars };
  return {
    objects,
    paths: planned.paths,
    failures: failuresOf({
      vehicles: vehicles.error ?? live.error,
      paths: planError,
      rides: planError,
      closures: changes.error,
      containers: states.error ?? sites.error,
      stops: stops.error,
      benches: benches.error,
      cars: cars.error,
    }),
    loading: Object.values(asked).some((each) => each.isLoading) || plans.some((each) => each.isLoading),
    again: () => {
      for (const each of [zones, ...plans, ...Object.values(asked)]) if (each.error) void each.refetch();
    },
  };
}

function useList<T>(queryKey: readonly string[], queryFn: () => Promise<readonly T[]>) {
  return useQuery({ queryKey, queryFn, refetchInterval: NOW_AND_THEN_MS });
}

/** Without those whose service this district does not run, or that are not for this caller to see. */
function failuresOf(errors: Record<LayerId, unknown>): Partial<Record<LayerId, unknown>> {
  return Object.fromEntries(
    Object.entries(errors).filter(
      ([, error]) => error && !(error instanceof Problem && [403, 501].includes(error.status)),
    ),
  );
}
