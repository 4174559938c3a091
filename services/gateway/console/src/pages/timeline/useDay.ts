import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { client, told } from '@/api/client';
import { useZones } from '@/district/district';
import type { LiveEvent } from '@/live/event_stream';
import { RIDE_EVENTS, zoneOf } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';
import { isStranded, useRides, useVehicles } from '@/pages/rides/rides';
import { keepingSame, type Row, rowsOf } from './rows';

/** Rides tell of themselves; plans only have what is around them, and are large. */
const PLAN_PAUSE_MS = 2_000;
/** Ways are longer to look up than plans, and only colour what is shown. */
const PATHS_PAUSE_MS = 5_000;

const queryOf = (part: string) => (event: LiveEvent) => {
  const zoneId = zoneOf(event);
  return zoneId ? ['timeline', part, zoneId] : ['timeline', part];
};

/** Vehicles and rides of a service day, kept up to date. */
export function useDay(serviceDate: string) {
  useLiveQuery([...RIDE_EVENTS, 'PlanChanged', 'VehicleArrived'], queryOf('plan'), PLAN_PAUSE_MS);
  useLiveQuery(['PlanChanged', 'RoadChangeReported', 'RoadChangeLifted'], queryOf('paths'), PATHS_PAUSE_MS);
  const zones = useZones();
  const rides = useRides(serviceDate);
  const vehicles = useVehicles();
  const zoneIds = (zones.data ?? []).map(({ zone_id }) => zone_id);
  const init = (zone_id: string) => ({
    params: { path: { zone_id }, query: { service_date: serviceDate } },
  });
  const plans = useQueries({
    queries: zoneIds.map((zoneId) => ({
      queryKey: ['timeline', 'plan', zoneId, serviceDate],
      queryFn: async () => told(await client.GET('/v1/zones/{zone_id}/plan', init(zoneId))).plan ?? null,
    })),
    combine: together,
  });
  const paths = useQueries({
    queries: zoneIds.map((zoneId) => ({
      queryKey: ['timeline', 'paths', zoneId, serviceDate],
      queryFn: async () => told(await client.GET('/v1/zones/{zone_id}/plan/paths', init(zoneId))).tours,
      staleTime: PATHS_PAUSE_MS,
    })),
    combine: together,
  });
  const stranded = useMemo(
    () => (rides.data ?? []).filter((ride) => ride.service_date === serviceDate && isStranded(ride)),
    [rides.data, serviceDate],
  );
  const before = useRef<readonly Row[]>([]);
  const rows = useMemo(
    () =>
      keepingSame(
        before.current,
        rowsOf(
          plans.data.filter((plan) => plan !== null),
          paths.data.flat(),
          // Until those of another day have come, the day before stays in the list's cache.
          (rides.data ?? []).filter((ride) => ride.service_date === serviceDate),
          vehicles.data ?? [],
        ),
      ),
    [plans.data, paths.data, rides.data, vehicles.data, serviceDate],
  );
  before.current = rows;
  const failed = [zones, rides, vehicles].find(({ isError }) => isError)?.error ?? plans.error;
  return {
    rows,
    stranded,
    isPending: zones.isPending || rides.isPending || vehicles.isPending || plans.isPending,
    error: failed,
    pathsMissing: paths.error !== null,
    again: () => {
      void zones.refetch();
      void rides.refetch();
      void vehicles.refetch();
      plans.again();
    },
  };
}

interface Result<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => Promise<unknown>;
}

function together<T>(results: readonly Result<T>[]) {
  return {
    data: results.flatMap(({ data }) => (data === undefined ? [] : [data])),
    error: results.find(({ error }) => error)?.error ?? null,
    isPending: results.some(({ isPending }) => isPending),
    again: () => {
      for (const result of results) void result.refetch();
    },
  };
}
