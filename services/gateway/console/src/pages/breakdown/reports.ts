import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, newKey, told } from '@/api/client';
import type { CommonPosition, PoolingBreakdownReason } from '@/api/schema';
import { RIDE_EVENTS, VEHICLE_EVENTS } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';

/** So many are asked for at once: years of them, in a district. */
const LATEST = 100;

const ticksOf = (breakdownId: string) => `breakdown-calls:${breakdownId}`;

export interface Broken {
  vehicleId: string;
  reason: PoolingBreakdownReason;
  position: CommonPosition | null;
}

/** Reports a breakdown; told under which id it is kept. */
export function useReportBreakdown(onReported: (breakdownId: string) => void) {
  const queries = useQueryClient();
  // One key for one intention: pressing twice reports once.
  const [key] = useState(newKey);
  return useMutation({
    mutationFn: async ({ vehicleId, reason, position }: Broken) =>
      told(
        await client.POST('/v1/vehicles/{vehicle_id}/breakdown', {
          params: { path: { vehicle_id: vehicleId }, header: { 'Idempotency-Key': key } },
          body: { reason, ...(position ? { position } : {}) },
        }),
      ),
    onSuccess: ({ breakdown_id }) => {
      for (const queryKey of [['rides'], ['ride'], ['vehicles'], ['plan'], ['breakdowns']])
        void queries.invalidateQueries({ queryKey });
      onReported(breakdown_id);
    },
  });
}

/** The latest breakdowns, whoever reported them. */
export function useBreakdowns() {
  useLiveQuery(VEHICLE_EVENTS, ['breakdowns']);
  return useQuery({
    queryKey: ['breakdowns'],
    queryFn: async () =>
      told(await client.GET('/v1/breakdowns', { params: { query: { page_size: LATEST } } })).breakdowns,
  });
}

/** One breakdown, and its rides as they are now. */
export function useBreakdown(breakdownId: string) {
  useLiveQuery(RIDE_EVENTS, ['breakdown', breakdownId]);
  return useQuery({
    queryKey: ['breakdown', breakdownId],
    queryFn: async () =>
      told(
        await client.GET('/v1/breakdowns/{breakdown_id}', {
          params: { path: { breakdown_id: breakdownId } },
        }),
      ),
  });
}

/** Who has been called; stays as long as the window. */
export function useTicks(breakdownId: string): readonly [ReadonlySet<string>, (rideId: string) => void] {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    () => new Set(JSON.parse(sessionStorage.getItem(ticksOf(breakdownId)) ?? '[]') as string[]),
  );
  function toggle(rideId: string) {
    const next = new Set(ticked);
    if (!next.delete(rideId)) next.add(rideId);
    sessionStorage.setItem(ticksOf(breakdownId), JSON.stringify([...next]));
    setTicked(next);
  }
  return [ticked, toggle];
}
