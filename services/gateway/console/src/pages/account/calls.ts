import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { TicketingJourney, TicketingStatement } from '@/api/schema';

/** Every statement of an account, newest first. */
export function useStatements(accountId: string) {
  return useQuery({
    queryKey: ['statements', accountId],
    queryFn: (): Promise<TicketingStatement[]> =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/accounts/{account_id}/statements', {
              params: { path: { account_id: accountId }, query: { page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.statements,
      ),
  });
}

/** Journeys of an account of which somebody has to say how they were ridden. */
export function useQuestions(accountId: string) {
  return useQuery({
    queryKey: ['questions', accountId],
    queryFn: (): Promise<TicketingJourney[]> =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/accounts/{account_id}/journeys', {
              params: {
                path: { account_id: accountId },
                query: { questions_only: true, page_size: PAGE_SIZE, page_token },
              },
            }),
          ),
        (page) => page.journeys,
      ),
  });
}

/** Says how a journey was ridden, as its passenger told. */
export function useAnswer(accountId: string, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ journey, readingId }: { journey: TicketingJourney; readingId: string }) =>
      told(
        await client.POST('/v1/accounts/{account_id}/journeys/{journey_id}/questions/{question_id}/answer', {
          params: {
            path: {
              account_id: accountId,
              journey_id: journey.journey_id,
              question_id: journey.question?.question_id ?? '',
            },
            header: { 'Idempotency-Key': newKey() },
          },
          body: { reading_id: readingId },
        }),
      ),
    onSuccess: () => {
      for (const key of ['questions', 'statements', 'statement'])
        void queries.invalidateQueries({ queryKey: [key, accountId] });
      done();
    },
  });
}
