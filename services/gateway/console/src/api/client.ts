import createClient, { type Middleware } from 'openapi-fetch';
import { OWN_PAGE_HEADER } from '@/session/calls';
import { Problem, problemOf } from './problem';
import type { paths } from './schema';

/** Longer than any call of the gateway takes. */
const TIMEOUT_MS = 30_000;

const bounded: Middleware = {
  onRequest({ request }) {
    return new Request(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new Problem(0, {});
  },
};

/** All calls of the gateway, typed by its description. */
export const client = createClient<paths>({
  baseUrl: '',
  headers: OWN_PAGE_HEADER,
  // Looked up at every call, so that tests can stand in.
  fetch: (request) => globalThis.fetch(request),
});
client.use(bounded);

/** The answer's body; throws a Problem where the call failed. */
export function told<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.error !== undefined || !answer.response.ok) throw problemOf(answer.response, answer.error);
  return answer.data as T;
}

/** A new key for a write; the same key sent again changes nothing. */
export function newKey(): string {
  return crypto.randomUUID();
}
