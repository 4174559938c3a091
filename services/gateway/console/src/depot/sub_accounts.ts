import { useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';

const HARDLY_EVER_MS = 300_000;

/** Whose containers, sensors and yards the caller works with. */
export function useSubAccounts() {
  return useQuery({
    queryKey: ['sub-accounts'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/sub-accounts', { params: { query: { page_size: PAGE_SIZE, page_token } } }),
          ),
        (page) => page.sub_accounts,
      ),
    staleTime: HARDLY_EVER_MS,
  });
}
