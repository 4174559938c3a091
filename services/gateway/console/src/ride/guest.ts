/** Who uses the page: whoever is signed in, else a guest without an account. */

import { useQuery } from '@tanstack/react-query';
import { Problem, problemOf } from '@/api/problem';
import { currentSession, OWN_PAGE_HEADER, type Session } from '@/session/calls';
import { SESSION_KEY } from '@/session/session';

async function beginAsGuest(): Promise<Session> {
  let response: Response;
  try {
    response = await fetch('/v1/session', {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...OWN_PAGE_HEADER },
      body: JSON.stringify({ guest: true }),
    });
  } catch {
    throw new Problem(0, {});
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return answer as Session;
}

/** The passenger; a guest's session begins with the first visit and is good for weeks on this device. */
export function usePassenger() {
  return useQuery<Session>({
    queryKey: SESSION_KEY,
    queryFn: async () => (await currentSession()) ?? (await beginAsGuest()),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
