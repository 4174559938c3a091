import { useMutation, useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import type { TicketingStatement } from '@/api/schema';
import type { Language } from '@/i18n/language';

/** Longer than a browser takes to begin a download. */
const KEPT_URL_MS = 60_000;
const LANGUAGES = { de: 'LANGUAGE_GERMAN', en: 'LANGUAGE_ENGLISH' } as const;

/** One period of an account, with its explanation. */
export function useStatement(accountId: string, periodId: string) {
  return useQuery({
    queryKey: ['statement', accountId, periodId],
    queryFn: async (): Promise<TicketingStatement | null> =>
      told(
        await client.GET('/v1/accounts/{account_id}/statement', {
          params: { path: { account_id: accountId }, query: { period_id: periodId } },
        }),
      ).statement ?? null,
  });
}

/** Fetches the statement as a PDF, in a language, and hands it to the browser. */
export function usePaper(accountId: string, periodId: string, language: Language) {
  return useMutation({
    mutationFn: async () => {
      const paper = told(
        await client.GET('/v1/accounts/{account_id}/statement/file', {
          params: {
            path: { account_id: accountId },
            query: { period_id: periodId, language: LANGUAGES[language] },
          },
          parseAs: 'blob',
        }),
      );
      const url = URL.createObjectURL(paper as unknown as Blob);
      const link = document.createElement('a');
      link.href = url;
      link.download = `${periodId}.pdf`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), KEPT_URL_MS);
    },
  });
}
