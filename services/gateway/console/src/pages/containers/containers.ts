import { useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { WasteAmpel, WasteContainerState, WasteDeviceState } from '@/api/schema';
import { useLiveQuery } from '@/live/live';

export const CONTAINER_EVENTS = [
  'AmpelChanged',
  'ContainerRegistered',
  'ContainerUpdated',
  'ContainerRemoved',
] as const;

/** Levels change without an event as long as the colour stays: they are asked for now and then. */
const NOW_AND_THEN_MS = 60_000;
/** Many containers may change colour in a row. */
const CONTAINER_PAUSE_MS = 2_000;

/** Every container of the caller, as it stands now. */
export function useContainerStates() {
  useLiveQuery(CONTAINER_EVENTS, ['container-states'], CONTAINER_PAUSE_MS);
  return useQuery({
    queryKey: ['container-states'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/container-states', {
              params: { query: { page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.states,
      ),
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** What a site is called. Sites hardly ever change. */
export function useSiteName(): (siteId: string) => string {
  const sites = useQuery({
    queryKey: ['sites'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(await client.GET('/v1/sites', { params: { query: { page_size: PAGE_SIZE, page_token } } })),
        (page) => page.sites,
      ),
    staleTime: NOW_AND_THEN_MS,
  }).data;
  return (siteId) => sites?.find((site) => site.site_id === siteId)?.name || siteId;
}

/** How every sensor is. */
export function useDeviceStates() {
  return useQuery({
    queryKey: ['device-states'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/device-states', {
              params: { query: { page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.states,
      ),
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** What is most urgent comes first. */
export const AMPELS = [
  'AMPEL_RED',
  'AMPEL_YELLOW',
  'AMPEL_UNKNOWN',
  'AMPEL_GREEN',
] as const satisfies readonly WasteAmpel[];

/** Orders by urgency: by colour, then by how likely it overflows, then by how full it is. */
export function urgency(state: WasteContainerState): number {
  const colours: readonly string[] = AMPELS;
  const colour = colours.indexOf(state.ampel);
  const rank = colour < 0 ? AMPELS.length : colour;
  const likely = state.overflow_probability ?? 0;
  const full = Math.min(state.latest?.level_share ?? 0, 1);
  return rank - (likely * 0.9 + full * 0.09);
}

/** The sensor of a container that is worst off; null where it has none. */
export function worstDevice(
  devices: readonly WasteDeviceState[],
  containerId: string,
): WasteDeviceState | null {
  const own = devices.filter((device) => device.container_id === containerId);
  return own.find((device) => !isWell(device)) ?? own[0] ?? null;
}

export function isWell(device: WasteDeviceState): boolean {
  return device.health.every((each) => each === 'DEVICE_HEALTH_WELL');
}

export interface Filter {
  ampel: string;
  fraction: string;
  text: string;
}

/** Whether a container has the colour and the fraction, and every word in its site's name or number. */
export function containerMatches(state: WasteContainerState, siteName: string, filter: Filter): boolean {
  if (filter.ampel && state.ampel !== filter.ampel) return false;
  if (filter.fraction && state.fraction !== filter.fraction) return false;
  const all = `${siteName} ${state.container_id} ${state.site_id}`.toLocaleLowerCase();
  return filter.text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
