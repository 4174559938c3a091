import { useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { useLiveQuery } from '@/live/live';
import { CONTAINER_EVENTS } from '@/pages/containers/containers';

export const HISTORY_DAYS = 14;
const DAY_MS = 86_400_000;
const FORECAST_HOURS = 168;
const NOW_AND_THEN_MS = 60_000;

function historyStart(): string {
  return new Date(Date.now() - HISTORY_DAYS * DAY_MS).toISOString();
}

/** How one container stands. */
export function useContainerState(containerId: string) {
  useLiveQuery(CONTAINER_EVENTS, ['container', containerId]);
  return useQuery({
    queryKey: ['container', containerId, 'state'],
    queryFn: async () =>
      told(
        await client.GET('/v1/containers/{container_id}/state', {
          params: { path: { container_id: containerId } },
        }),
      ),
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** Measurements of the last two weeks, oldest first. */
export function useLevels(containerId: string) {
  return useQuery({
    queryKey: ['container', containerId, 'levels'],
    queryFn: () => {
      const start_time = historyStart();
      return allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/containers/{container_id}/levels', {
              params: {
                path: { container_id: containerId },
                query: { start_time, page_size: PAGE_SIZE, page_token },
              },
            }),
          ),
        (page) => page.levels,
      );
    },
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** The next seven days, hour by hour; empty where too little was measured. */
export function useForecast(containerId: string) {
  return useQuery({
    queryKey: ['container', containerId, 'forecast'],
    queryFn: async () =>
      told(
        await client.GET('/v1/containers/{container_id}/forecast', {
          params: { path: { container_id: containerId }, query: { hour_count: FORECAST_HOURS } },
        }),
      ).hours,
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** Emptyings of the last two weeks, the latest first. */
export function useLifts(containerId: string) {
  return useQuery({
    queryKey: ['container', containerId, 'lifts'],
    queryFn: async () => {
      const start_time = historyStart();
      const lifts = await allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/containers/{container_id}/emptyings', {
              params: {
                path: { container_id: containerId },
                query: { start_time, page_size: PAGE_SIZE, page_token },
              },
            }),
          ),
        (page) => page.lifts,
      );
      return lifts.sort((one, other) => (other.lift_time ?? '').localeCompare(one.lift_time ?? ''));
    },
  });
}

/** What a container is, of those at its site. */
export function useContainer(containerId: string, siteId: string | undefined) {
  return useQuery({
    queryKey: ['container', containerId, 'kept'],
    enabled: siteId !== undefined,
    queryFn: async () => {
      const at = await allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/containers', {
              params: { query: { site_id: siteId ?? '', page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.containers,
      );
      return at.find((container) => container.container_id === containerId) ?? null;
    },
  });
}
