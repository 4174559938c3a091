import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client, told } from '@/api/client';
import type { Spot } from './spot';

const PAUSE_MS = 120;
const MOST_SHOWN = 8;

/** The pooling service's own stops: few enough to have them all here, and to find them when nothing else answers. */
export function useVirtualStops() {
  return useQuery({
    queryKey: ['virtual-stops'],
    queryFn: async (): Promise<Spot[]> => {
      const spots: Spot[] = [];
      let pageToken = '';
      do {
        const page = told(
          await client.GET('/v1/virtual-stops', {
            params: { query: { page_size: 500, ...(pageToken ? { page_token: pageToken } : {}) } },
          }),
        );
        for (const stop of page.virtual_stops) {
          if (!stop.position) continue;
          spots.push({
            key: `virtual:${stop.virtual_stop_id}`,
            label: stop.name,
            kind: 'virtual_stop',
            position: stop.position,
            virtualStopId: stop.virtual_stop_id,
          });
        }
        pageToken = page.next_page_token;
      } while (pageToken);
      return spots;
    },
    staleTime: 10 * 60_000,
  });
}

/** „Müller-Straße“ and „mueller strasse“ are the same here. */
export function folded(text: string): string {
  return text
    .toLocaleLowerCase('de')
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Stops in whose names every word typed begins a word, those beginning with it first. */
export function stopsMatching(stops: readonly Spot[], text: string): Spot[] {
  const words = folded(text).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const whole = words.join(' ');
  const rank = (name: string) => (name.startsWith(whole) ? 0 : 1);
  return stops
    .map((stop) => ({ stop, name: folded(stop.label) }))
    .filter(({ name }) => {
      const parts = name.split(' ');
      return words.every((word) => parts.some((part) => part.startsWith(word)));
    })
    .sort((one, other) => rank(one.name) - rank(other.name) || one.name.localeCompare(other.name))
    .map(({ stop }) => stop);
}

/** What is called so, best first; the stops alone where the place search does not answer. */
export function usePlaces(text: string) {
  const stops = useVirtualStops().data ?? [];
  const asked = usePaused(text.trim(), PAUSE_MS);
  const found = useQuery<Spot[]>({
    queryKey: ['places', asked],
    enabled: asked.length > 0,
    staleTime: 5 * 60_000,
    retry: false,
    placeholderData: (before) => before,
    queryFn: async ({ signal }) => {
      const answer = told(
        await client.POST('/v1/places/search', {
          body: { text: asked.slice(0, 200), max_result_count: MOST_SHOWN },
          signal,
        }),
      );
      return answer.places.flatMap((place) =>
        place.position
          ? [{ key: place.place_id, label: place.label, kind: place.kind, position: place.position }]
          : [],
      );
    },
  });
  const ownStops = stopsMatching(stops, text).slice(0, MOST_SHOWN);
  if (text.trim() === '') return { spots: [], searching: false, stopsOnly: false };
  const others = (found.data ?? []).filter((place) => !ownStops.some((stop) => stop.label === place.label));
  // Own stops first only where the name is meant; a street of the same beginning is not pushed away by ten stops.
  const spots = [...ownStops.slice(0, others.length > 0 ? 3 : MOST_SHOWN), ...others].slice(
    0,
    MOST_SHOWN + 2,
  );
  return { spots, searching: found.isFetching || asked !== text.trim(), stopsOnly: found.isError };
}

/** The value as it is once it has not changed for a moment. */
function usePaused(value: string, milliseconds: number): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return paused;
}
