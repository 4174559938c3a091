import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import type { WasteEditTourRequestInput, WasteTour, WasteTourStop } from '@/api/schema';
import { useLiveQuery } from '@/live/live';
import { isDone, refreshTours, TOUR_EVENTS } from '@/pages/tours/tours';

const WITHOUT_AN_EVENT_MS = 30_000;
const KEPT_URL_MS = 60_000;

/** A tour and what happened to it. */
export function useTour(tourId: string) {
  useLiveQuery(TOUR_EVENTS, ['tour', tourId]);
  return useQuery({
    queryKey: ['tour', tourId],
    queryFn: async () =>
      told(await client.GET('/v1/tours/{tour_id}', { params: { path: { tour_id: tourId } } })),
    refetchInterval: WITHOUT_AN_EVENT_MS,
  });
}

export type Edit = Omit<WasteEditTourRequestInput, 'tour' | 'reason'>;

/** Changes the tour as it was looked at; where it has changed meanwhile, the refusal is shown with what it is now. */
export function useEdit(tour: WasteTour, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ edit, reason }: { edit: Edit; reason: string }) =>
      told(
        await client.POST('/v1/tours/{tour_id}/edit', {
          params: { path: { tour_id: tour.tour_id }, header: { 'Idempotency-Key': newKey() } },
          body: { tour: { version: tour.version }, reason, ...edit },
        }),
      ),
    onSuccess: done,
    onSettled: () => refreshTours(queries),
  });
}

/** Rejects a tour that is proposed, breaks off one that is approved. */
export function useEnd(tour: WasteTour, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (reason: string) => {
      const call = {
        params: { path: { tour_id: tour.tour_id }, header: { 'Idempotency-Key': newKey() } },
        body: { tour: { version: tour.version }, reason },
      };
      return tour.state === 'TOUR_STATE_PROPOSED'
        ? told(await client.POST('/v1/tours/{tour_id}/reject', call))
        : told(await client.POST('/v1/tours/{tour_id}/cancel', call));
    },
    onSuccess: done,
    onSettled: () => refreshTours(queries),
  });
}

/** Opens the sheet to be printed. */
export function useSheet(tourId: string) {
  return useMutation({
    mutationFn: async () => {
      const sheet = told(
        await client.GET('/v1/tours/{tour_id}/sheet', {
          params: { path: { tour_id: tourId } },
          parseAs: 'blob',
        }),
      );
      const url = URL.createObjectURL(sheet as unknown as Blob);
      const link = document.createElement('a');
      link.href = url;
      link.download = `tour-${tourId}.pdf`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), KEPT_URL_MS);
    },
  });
}

/** The edit that puts a stop one place earlier or later; null at the ends, and beside what is done already. */
export function moved(stops: readonly WasteTourStop[], index: number, by: -1 | 1): Edit | null {
  const stop = stops[index];
  const passed = stops[index + by];
  if (!stop || !passed || isDone(stop) || isDone(passed)) return null;
  const after = by === 1 ? passed : stops[index - 2];
  return { move: { stop_id: stop.stop_id, after_stop_id: after?.stop_id ?? '' } };
}
