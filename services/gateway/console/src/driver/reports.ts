import { client, told } from '@/api/client';
import { Problem } from '@/api/problem';
import type { CommonPosition, PoolingBreakdownReason, WasteBlockedReason } from '@/api/schema';
import type { ServerClock } from './server_clock';

/** What a driver says has happened. */
export type What =
  | { kind: 'arrive'; vehicle_id: string; stop_id: string }
  | { kind: 'board' | 'no_show' | 'alight'; vehicle_id: string; ride_id: string }
  | { kind: 'tour_arrive' | 'emptied' | 'unloaded'; vehicle_id: string; tour_id: string; stop_id: string }
  | {
      kind: 'blocked';
      vehicle_id: string;
      tour_id: string;
      stop_id: string;
      reason: WasteBlockedReason;
      note: string;
    }
  | { kind: 'close'; vehicle_id: string; tour_id: string; skip_reason: string }
  | {
      kind: 'breakdown';
      vehicle_id: string;
      reason: PoolingBreakdownReason;
      /** Where the phone is; where the plan has the vehicle, when it does not know. */
      position: CommonPosition | null;
    }
  | { kind: 'tour_breakdown'; vehicle_id: string; tour_id: string; note: string };

export type Kind = What['kind'];

/** A report as it is kept until the services have taken it, and for the rest of the day. */
export interface Report {
  /** In which order things happened; given by the store. */
  sequence: number;
  /** Sent with every try: what is told twice counts once. */
  id: string;
  what: What;
  /** Where, as the driver knows it. */
  label: string;
  /** When it happened, by the server's clock, in milliseconds since 1970. */
  time: number;
  state: 'waiting' | 'taken' | 'refused';
  /** When it was taken or refused, by the phone's clock. */
  settled?: number;
  /** Why it was refused. */
  refusal?: { reason: string; message: string };
  /** How often the services had no answer but an error. */
  tries: number;
}

export type Outcome =
  | { kind: 'taken' }
  | { kind: 'refused'; reason: string; message: string }
  | { kind: 'later'; afterS: number | null; counts: boolean }
  | { kind: 'signed_out' };

const AGAIN = new Set([408, 502]);

/** Sends a report; says what became of it. */
export async function deliver(report: Report, clock: ServerClock): Promise<Outcome> {
  try {
    await send(report, new Date(report.time), clock);
    return { kind: 'taken' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.reason === 'EVENT_TIME_IN_FUTURE' && clock.now() < report.time) {
      // Stamped before the server's clock was known well enough: the answer has told it.
      return deliver({ ...report, time: clock.now() }, clock);
    }
    const { what } = report;
    if (error.reason === 'NO_ROAD_NEARBY' && what.kind === 'breakdown' && what.position) {
      // On a farm track, or a phone that is mistaken: that it stands still counts more than where.
      return deliver({ ...report, what: { ...what, position: null } }, clock);
    }
    return await outcomeOf(error, report, clock);
  }
}

async function outcomeOf(error: Problem, report: Report, clock: ServerClock): Promise<Outcome> {
  if (error.status === 401) return { kind: 'signed_out' };
  const again =
    error.passing || AGAIN.has(error.status) || (error.status === 409 && error.retryAfterS !== null);
  if (again) return { kind: 'later', afterS: error.retryAfterS, counts: false };
  if (error.status >= 500 && error.status !== 501) return { kind: 'later', afterS: null, counts: true };
  if (error.status === 409 && (await isSoAlready(report.what, clock))) return { kind: 'taken' };
  return { kind: 'refused', reason: error.reason, message: error.message };
}

const STATES_WANTED: Partial<Record<Kind, readonly string[]>> = {
  board: ['RIDE_STATE_ABOARD', 'RIDE_STATE_COMPLETED'],
  no_show: ['RIDE_STATE_NO_SHOW'],
  alight: ['RIDE_STATE_COMPLETED'],
};

/** Whether somebody else – the phone desk – has reported the same. */
async function isSoAlready(what: What, clock: ServerClock): Promise<boolean> {
  const wanted = STATES_WANTED[what.kind];
  if (!wanted || !('ride_id' in what)) return false;
  const askedAt = Date.now();
  const answer = await client.GET('/v1/rides/{ride_id}', { params: { path: { ride_id: what.ride_id } } });
  clock.hear(answer.response.headers.get('Date'), askedAt);
  return wanted.includes(answer.data?.ride?.state ?? '');
}

async function send(report: Report, time: Date, clock: ServerClock): Promise<void> {
  const askedAt = Date.now();
  const answer = await posted(report, time.toISOString());
  clock.hear(answer.response.headers.get('Date'), askedAt);
  told(answer);
}

function posted(
  { id, what }: Report,
  event_time: string,
): Promise<{ data?: unknown; error?: unknown; response: Response }> {
  const header = { 'Idempotency-Key': id };
  const body = { event_time };
  switch (what.kind) {
    case 'arrive': {
      const { vehicle_id, stop_id } = what;
      const params = { header, path: { vehicle_id, stop_id } };
      return client.POST('/v1/vehicles/{vehicle_id}/stops/{stop_id}/arrive', { params, body });
    }
    case 'board':
    case 'no_show':
    case 'alight': {
      const { vehicle_id, ride_id } = what;
      const params = { header, path: { vehicle_id, ride_id } };
      if (what.kind === 'board')
        return client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/board', { params, body });
      if (what.kind === 'no_show')
        return client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/no-show', { params, body });
      return client.POST('/v1/vehicles/{vehicle_id}/rides/{ride_id}/alight', { params, body });
    }
    case 'breakdown': {
      const { vehicle_id, reason, position } = what;
      const params = { header, path: { vehicle_id } };
      return client.POST('/v1/vehicles/{vehicle_id}/breakdown', {
        params,
        body: { ...body, reason, ...(position ? { position } : {}) },
      });
    }
    case 'tour_breakdown': {
      const params = { header, path: { tour_id: what.tour_id } };
      return client.POST('/v1/tours/{tour_id}/breakdown', {
        params,
        body: { ...body, note: { text: what.note } },
      });
    }
    case 'close': {
      const params = { header, path: { tour_id: what.tour_id } };
      return client.POST('/v1/tours/{tour_id}/close', {
        params,
        body: { ...body, skip_reason: what.skip_reason },
      });
    }
    default:
      return postedOfTour(what, header, body);
  }
}

function postedOfTour(
  what: Extract<What, { stop_id: string; tour_id: string }>,
  header: { 'Idempotency-Key': string },
  body: { event_time: string },
) {
  const { tour_id, stop_id } = what;
  const params = { header, path: { tour_id, stop_id } };
  switch (what.kind) {
    case 'tour_arrive':
      return client.POST('/v1/tours/{tour_id}/stops/{stop_id}/arrive', { params, body });
    case 'emptied':
      return client.POST('/v1/tours/{tour_id}/stops/{stop_id}/emptied', { params, body });
    case 'unloaded':
      return client.POST('/v1/tours/{tour_id}/stops/{stop_id}/unloaded', { params, body });
    case 'blocked': {
      const note = what.note ? { note: { text: what.note } } : {};
      return client.POST('/v1/tours/{tour_id}/stops/{stop_id}/blocked', {
        params,
        body: { ...body, reason: what.reason, ...note },
      });
    }
  }
}
