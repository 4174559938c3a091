import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { WasteTour, WasteTourReason, WasteTourStop } from '@/api/schema';
import type { Tone } from '@/components/Badge';
import { useLanguage } from '@/i18n/language';
import { useLiveQuery } from '@/live/live';

export const TOUR_EVENTS = [
  'ToursProposed',
  'TourApproved',
  'TourChanged',
  'TourStopEmptied',
  'TourStopEmptyingRetracted',
  'TourStopBlocked',
  'TourClosed',
  'TourCancelled',
] as const;

export const STATE_TONES: Record<string, Tone> = {
  TOUR_STATE_PROPOSED: 'warn',
  TOUR_STATE_APPROVED: 'accent',
  TOUR_STATE_STARTED: 'good',
  TOUR_STATE_CANCELLED: 'bad',
};

const ASKED_AGAIN_MS = 1_000;
const WITHOUT_AN_EVENT_MS = 30_000;
const TIME_LIMIT_S = 20;

/** The tours of a service day, without those that were decided against. */
export function useTours(serviceDate: string) {
  useLiveQuery(TOUR_EVENTS, ['tours']);
  return useQuery({
    queryKey: ['tours', serviceDate],
    queryFn: async () => {
      const tours = await allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/tours', {
              params: { query: { service_date: serviceDate, page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.tours,
      );
      return tours.filter((tour) => tour.state !== 'TOUR_STATE_REJECTED');
    },
    // Starting a tour and rejecting one bring no event.
    refetchInterval: WITHOUT_AN_EVENT_MS,
  });
}

export function isWorking(state: string | undefined): boolean {
  return state === 'TOUR_PROPOSAL_STATE_WAITING' || state === 'TOUR_PROPOSAL_STATE_RUNNING';
}

/** How far a proposal is, and in the end what it left out. */
export function useProposal(proposalId: string) {
  return useQuery({
    queryKey: ['tour-proposal', proposalId],
    enabled: proposalId !== '',
    queryFn: async () =>
      told(
        await client.GET('/v1/tour-proposals/{proposal_id}', {
          params: { path: { proposal_id: proposalId } },
        }),
      ).proposal ?? null,
    refetchInterval: (query) => (isWorking(query.state.data?.state) ? ASKED_AGAIN_MS : false),
  });
}

/** Has tours worked out; tells the proposal's id. */
export function usePropose(done: (proposalId: string) => void) {
  return useMutation({
    mutationFn: async (wanted: { depot_id: string; service_date: string }) =>
      told(
        await client.POST('/v1/tour-proposals', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body: { ...wanted, time_limit_s: TIME_LIMIT_S },
        }),
      ),
    onSuccess: ({ proposal }) => {
      if (proposal) done(proposal.proposal_id);
    },
  });
}

export function useCancelProposal() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (proposalId: string) =>
      told(
        await client.POST('/v1/tour-proposals/{proposal_id}/cancel', {
          params: { path: { proposal_id: proposalId }, header: { 'Idempotency-Key': newKey() } },
          body: {},
        }),
      ),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['tour-proposal'] }),
  });
}

/** Approves all of them or none, each as it was looked at. */
export function useApprove(done: (count: number) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (tours: readonly WasteTour[]) =>
      told(
        await client.POST('/v1/tours/approve', {
          params: { header: { 'Idempotency-Key': newKey() } },
          body: { tours: tours.map(({ tour_id, version }) => ({ tour_id, version })) },
        }),
      ),
    onSuccess: ({ tours }) => done(tours.length),
    // Where somebody else was faster, what is shown is old.
    onSettled: () => refreshTours(queries),
  });
}

export function refreshTours(queries: ReturnType<typeof useQueryClient>): void {
  void queries.invalidateQueries({ queryKey: ['tours'] });
  void queries.invalidateQueries({ queryKey: ['tour'] });
}

/** A reason's sentence in the language that is chosen. */
export function useSentence(): (reason: WasteTourReason | undefined) => string {
  const { language } = useLanguage();
  return (reason) => (language === 'de' ? reason?.german : reason?.english) || '–';
}

/** Whether there is nothing more to do at a stop. */
export function isDone(stop: WasteTourStop): boolean {
  return stop.state !== 'TOUR_STOP_STATE_PLANNED' && stop.state !== 'TOUR_STOP_STATE_ARRIVED';
}
