import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { Problem } from '@/api/problem';
import type { TicketingAccount } from '@/api/schema';

interface Found {
  accounts: readonly TicketingAccount[];
  next_page_token: string;
}

const NOBODY: Found = { accounts: [], next_page_token: '' };
const PAGE_SIZE = 100;
/** As the services take ids; what is no id finds nobody. */
const IDENTIFIER = /^[A-Za-z0-9._:-]{1,64}$/;

async function listed(query: { passenger_reference?: string; payer?: string; page_token?: string }) {
  return told(
    await client.GET('/v1/accounts', { params: { query: { ...query, page_size: PAGE_SIZE } } }),
  ) as Found;
}

async function named(accountId: string): Promise<Found> {
  try {
    const answer = told(
      await client.GET('/v1/accounts/{account_id}', { params: { path: { account_id: accountId } } }),
    );
    return answer.account ? { ...NOBODY, accounts: [answer.account] } : NOBODY;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return NOBODY;
    throw error;
  }
}

/** All that answer to a number: the account's own, the customer's, or the one that rides are booked under. */
async function answering(number: string): Promise<Found> {
  if (!IDENTIFIER.test(number)) return NOBODY;
  const found = await Promise.all([
    named(number),
    listed({ passenger_reference: number }),
    listed({ payer: number }),
  ]);
  const byId = new Map(found.flatMap((each) => each.accounts).map((each) => [each.account_id, each]));
  return { ...NOBODY, accounts: [...byId.values()] };
}

/** Accounts that answer to a number, or all of them, page by page. */
export function useAccounts(number: string) {
  return useInfiniteQuery({
    queryKey: ['accounts', number],
    queryFn: ({ pageParam }) => (number ? answering(number) : listed({ page_token: pageParam })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_page_token || undefined,
    placeholderData: keepPreviousData,
  });
}
