import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { RIDE_EVENTS } from '@/live/kinds';
import { useLiveQuery } from '@/live/live';
import type { Span } from './periods';

/** Figures of rides, day by day, with the factors they are reckoned with. */
export function useRideFigures(span: Span, zoneId: string) {
  useLiveQuery(RIDE_EVENTS, ['ride-figures']);
  return useQuery({
    queryKey: ['ride-figures', span, zoneId],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      told(
        await client.GET('/v1/day-figures', {
          params: {
            query: {
              first_service_date: span.first,
              last_service_date: span.last,
              ...(zoneId ? { zone_id: zoneId } : {}),
            },
          },
        }),
      ),
  });
}

/** Figures of containers, day by day. */
export function useWasteFigures(span: Span) {
  return useQuery({
    queryKey: ['waste-figures', span],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      told(
        await client.GET('/v1/container-day-figures', {
          params: { query: { first_service_date: span.first, last_service_date: span.last } },
        }),
      ),
  });
}
