import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { WasteYardInput, WasteYardState } from '@/api/schema';
import type { Tone } from '@/components/Badge';

/** Nobody tells when a car drives in: the service works it out anew that often, too. */
const LOOK_MS = 15_000;
const HARDLY_EVER_MS = 60_000;
const BUSY_FROM = 0.5;

/** The caller's yards, as they were set up. */
export function useYards() {
  return useQuery({
    queryKey: ['yards'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(await client.GET('/v1/yards', { params: { query: { page_size: PAGE_SIZE, page_token } } })),
        (page) => page.yards,
      ),
    staleTime: HARDLY_EVER_MS,
  });
}

/** How full a yard is, and will be. */
export function useYardState(yardId: string) {
  return useQuery({
    queryKey: ['yard-state', yardId],
    queryFn: async () =>
      told(await client.GET('/v1/yards/{yard_id}/state', { params: { path: { yard_id: yardId } } })).state ??
      null,
    refetchInterval: LOOK_MS,
  });
}

export function useSpaces() {
  return useQuery({
    queryKey: ['parking-spaces'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/parking-spaces', {
              params: { query: { page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.parking_spaces,
      ),
    refetchInterval: LOOK_MS,
  });
}

/** Every sensor of the caller. */
export function useDevices() {
  return useQuery({
    queryKey: ['devices'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(await client.GET('/v1/devices', { params: { query: { page_size: PAGE_SIZE, page_token } } })),
        (page) => page.devices,
      ),
    staleTime: HARDLY_EVER_MS,
  });
}

export function useSaveYard(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ yardId, yard }: { yardId: string; yard: WasteYardInput }) =>
      told(
        await client.PUT('/v1/yards/{yard_id}', {
          params: { path: { yard_id: yardId }, header: { 'Idempotency-Key': newKey() } },
          body: { yard },
        }),
      ),
    onSuccess: done,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['yards'] });
      void queries.invalidateQueries({ queryKey: ['yard-state'] });
    },
  });
}

export type Crowd = 'closed' | 'unknown' | 'quiet' | 'busy' | 'full' | 'queueing';

export const CROWD_TONES: Record<Crowd, Tone> = {
  closed: 'plain',
  unknown: 'warn',
  quiet: 'good',
  busy: 'accent',
  full: 'warn',
  queueing: 'bad',
};

/** How much is going on, in a word. */
export function crowdOf(state: WasteYardState): Crowd {
  if (!state.open) return 'closed';
  if (state.stale) return 'unknown';
  if (state.queue_count > 0) return 'queueing';
  if (state.occupancy_share >= 1) return 'full';
  return state.occupancy_share >= BUSY_FROM ? 'busy' : 'quiet';
}
