import { useQuery } from '@tanstack/react-query';
import { client } from '@/api/client';
import { useSession } from '@/session/session';
import { type Page, pagesFor } from './page';

const NOT_OFFERED = 501;

/** Whether the district collects waste; taken to be so until it is known that it does without. */
export function useWasteOffered(): boolean {
  const roles = useSession().data?.roles ?? [];
  const asked = useQuery({
    queryKey: ['offered', 'waste'],
    queryFn: async () => {
      const query = { page_size: 1 };
      const { response } = await client.GET('/v1/sub-accounts', { params: { query } });
      return response.status !== NOT_OFFERED;
    },
    enabled: pagesFor(roles).some(isOfWaste),
    // What a district offers is set up before it starts.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return asked.data ?? true;
}

export function isOfWaste(page: Page): boolean {
  return page.section === 'containers';
}
