/** What the passenger page asks of the gateway. */

import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { Problem } from '@/api/problem';
import type {
  JourneysBooking,
  JourneysPlanJourneysRequestInput,
  PoolingVirtualStop,
  TicketingStatement,
} from '@/api/schema';
import { keepAccount, keptAccount } from './kept';

/** The same for every try of one caller: it brings the same account. */
const ACCOUNT_KEY = 'ride-page-account';
const NO_ACCOUNT = 'ACCOUNT_NOT_FOUND';

export async function plan(body: JourneysPlanJourneysRequestInput, signal?: AbortSignal) {
  try {
    return told(await client.POST('/v1/journeys/search', { body, ...(signal ? { signal } : {}) }));
  } catch (error) {
    if (!(error instanceof Problem) || error.reason !== NO_ACCOUNT || !body.payer) throw error;
    // Another guest's, from before: this one has none yet.
    keepAccount(null);
    const { payer: _, ...rest } = body;
    return told(await client.POST('/v1/journeys/search', { body: rest, ...(signal ? { signal } : {}) }));
  }
}

/** The account that this device's rides are billed to; opened where there is none. */
export async function ownAccount(): Promise<string> {
  const kept = keptAccount();
  if (kept) {
    const answer = await client.GET('/v1/accounts/{account_id}', { params: { path: { account_id: kept } } });
    if (answer.data?.account?.state === 'ACCOUNT_STATE_OPEN') return kept;
    if (!answer.data && answer.response.status !== 404) told(answer);
  }
  const opened = told(
    await client.POST('/v1/accounts', {
      params: { header: { 'Idempotency-Key': ACCOUNT_KEY } },
      body: { profile: { rider_category: 'adult' } },
    }),
  ).account;
  if (!opened) throw new Problem(502, { reason: 'NO_ACCOUNT', detail: 'no account in the answer' });
  keepAccount(opened.account_id);
  return opened.account_id;
}

interface Order {
  journeyId: string;
  key: string;
  contact: { name: string; phone: string };
  payer: string | null;
}

export async function book({ journeyId, key, contact, payer }: Order): Promise<JourneysBooking> {
  const answer = told(
    await client.POST('/v1/bookings', {
      params: { header: { 'Idempotency-Key': key } },
      body: {
        journey_id: journeyId,
        ...(contact.name || contact.phone ? { contact } : {}),
        ...(payer ? { payer } : {}),
      },
    }),
  ).booking;
  if (!answer) throw new Problem(502, { reason: 'NO_BOOKING', detail: 'no booking in the answer' });
  return answer;
}

export async function cancel(bookingId: string, key: string): Promise<JourneysBooking | undefined> {
  return told(
    await client.POST('/v1/bookings/{booking_id}/cancel', {
      params: { path: { booking_id: bookingId }, header: { 'Idempotency-Key': key } },
      body: {},
    }),
  ).booking;
}

export async function bookingNow(bookingId: string): Promise<JourneysBooking | undefined> {
  return told(await client.GET('/v1/bookings/{booking_id}', { params: { path: { booking_id: bookingId } } }))
    .booking;
}

/** This device's bookings; what leaves last comes first. */
export async function ownBookings(): Promise<JourneysBooking[]> {
  const found = await allPages(
    async (pageToken) =>
      told(
        await client.GET('/v1/bookings', {
          params: { query: { page_size: PAGE_SIZE, ...(pageToken ? { page_token: pageToken } : {}) } },
        }),
      ),
    (page) => page.bookings,
  );
  const leaves = (booking: JourneysBooking) => Date.parse(booking.journey?.departure_time ?? '') || 0;
  return found.sort((one, other) => leaves(other) - leaves(one));
}

export interface Billing {
  /** What the payment provider holds for rides to come. */
  heldCents: number;
  /** Null while nothing was ridden in the period that runs. */
  running: TicketingStatement | null;
  earlier: TicketingStatement[];
}

/** What this device's rides cost and will cost; null where none were billed to an account. */
export async function billing(): Promise<Billing | null> {
  const account = keptAccount();
  if (!account) return null;
  const path = { account_id: account };
  const kept = await client.GET('/v1/accounts/{account_id}', { params: { path } });
  if (kept.response.status === 404) return null;
  const heldCents = told(kept).account?.held_cents ?? 0;
  const now = await client.GET('/v1/accounts/{account_id}/statement', { params: { path } });
  const running = now.response.status === 404 ? null : (told(now).statement ?? null);
  const { statements } = told(await client.GET('/v1/accounts/{account_id}/statements', { params: { path } }));
  const earlier = statements.filter(({ period }) => period?.period_id !== running?.period?.period_id);
  return { heldCents, running, earlier };
}

/** Where a statement's PDF is. */
export function pdfOf(statement: TicketingStatement, language: 'de' | 'en'): string {
  const query = new URLSearchParams({
    ...(statement.period ? { period_id: statement.period.period_id } : {}),
    language: language === 'de' ? 'LANGUAGE_GERMAN' : 'LANGUAGE_ENGLISH',
  });
  return `/v1/accounts/${encodeURIComponent(statement.account_id)}/statement/file?${query}`;
}

/** A stop that everybody knows; null where there is none of that id any more. */
export async function virtualStop(virtualStopId: string): Promise<PoolingVirtualStop | null> {
  const stops = await allPages(
    async (pageToken) =>
      told(
        await client.GET('/v1/virtual-stops', {
          params: { query: { page_size: PAGE_SIZE, ...(pageToken ? { page_token: pageToken } : {}) } },
        }),
      ),
    (page) => page.virtual_stops,
  );
  return stops.find(({ virtual_stop_id }) => virtual_stop_id === virtualStopId) ?? null;
}

/** What the next thing with a name is called; the place as it was told where there is none. */
export async function nameOf(
  place: string,
  position: { latitude_deg: number; longitude_deg: number },
): Promise<string> {
  const answer = told(await client.POST('/v1/places/describe', { body: { position } }));
  return answer.place?.label || place;
}
