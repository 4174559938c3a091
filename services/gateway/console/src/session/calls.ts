/** Who is signed in, asked and told by plain calls: pages for phones have nothing else. */

import { Problem, problemOf } from '@/api/problem';
import type { Role } from '@/app/page';

export interface Session {
  subject: string;
  roles: readonly Role[];
  /** That a driver drives. */
  vehicle_ids: readonly string[];
  district_name: string;
  /** IANA name of the zone in which the district's clocks run. */
  time_zone: string;
  /** Whether what happens here is made up. */
  demo: boolean;
  /** When the caller has to sign in again. */
  expire_time?: string;
}

/** Sent with every call: browsers let no other site's page add it. */
export const OWN_PAGE_HEADER = { 'X-Landlinie-Client': 'console' } as const;

async function asked(method: 'GET' | 'POST' | 'DELETE', body?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch('/v1/session', {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...OWN_PAGE_HEADER },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  } catch {
    throw new Problem(0, {});
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return answer;
}

/** Who is signed in; null where nobody is. */
export async function currentSession(): Promise<Session | null> {
  try {
    return (await asked('GET')) as Session;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** Signs in with what a link or an administrator gave. */
export async function signIn(secret: { token: string } | { code: string }): Promise<void> {
  await asked('POST', secret);
}

export async function signOut(): Promise<void> {
  await asked('DELETE');
}
