import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Problem, problemOf } from '@/api/problem';

const EVERY_MS = 10_000;
/** As long as something does not answer. */
const SOON_MS = 3_000;
const STATUS_KEY = ['status'];

export interface Status {
  services: readonly { name: string; answers: boolean }[];
}

async function currentStatus(): Promise<Status> {
  let response: Response;
  try {
    response = await fetch('/v1/status', { headers: { Accept: 'application/json' } });
  } catch {
    throw new Problem(0, {});
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, body);
  return body as Status;
}

/** Which services answer; when one does so again, everything that is shown is asked anew. */
export function useStatus() {
  const queries = useQueryClient();
  const status = useQuery({
    queryKey: STATUS_KEY,
    queryFn: currentStatus,
    refetchInterval: ({ state }) => (state.error || missing(state.data).length > 0 ? SOON_MS : EVERY_MS),
    retry: false,
  });
  const away = status.isError ? [GATEWAY] : missing(status.data);
  const before = useRef<readonly string[]>([]);
  const isBack = before.current.some((name) => !away.includes(name));
  useEffect(() => {
    before.current = away;
    if (isBack)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== STATUS_KEY[0] });
  });
  return status;
}

const GATEWAY = 'gateway';

function missing(status: Status | undefined): string[] {
  return (status?.services ?? []).filter(({ answers }) => !answers).map(({ name }) => name);
}

/** A call failed as calls do when a service is away: whether it is, is asked at once instead of after a while. */
export function askStatusSoon(queries: QueryClient, error: unknown): void {
  if (error instanceof Problem && error.passing && error.status !== 429)
    void queries.refetchQueries({ queryKey: STATUS_KEY }, { cancelRefetch: false });
}
