import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Outcome, Report, What } from './reports';
import { ServerClock } from './server_clock';

const NOON = Date.UTC(2026, 10, 21, 12);

function report(what: What): Report {
  return { sequence: 1, id: 'key-1', what, label: 'Bahnhof', time: NOON, state: 'waiting', tries: 0 };
}

const BOARD = report({ kind: 'board', vehicle_id: 'bus-1', ride_id: 'r-1' });

/** Answers one after the other; what was asked. */
function server(...answers: [status: number, body: object, headers?: Record<string, string>][]) {
  const asked: { method: string; path: string; key: string | null; body: string }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push({
      method: request.method,
      path: new URL(request.url).pathname,
      key: request.headers.get('Idempotency-Key'),
      body: await request.text(),
    });
    const answer = answers.shift();
    if (!answer) throw new TypeError('Failed to fetch');
    const [status, body, headers = {}] = answer;
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  });
  return asked;
}

let deliver: (report: Report, clock: ServerClock) => Promise<Outcome>;

beforeEach(async () => {
  // In a browser addresses are those of the page; here there is none.
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(input: RequestInfo | URL, init?: RequestInit) {
        super(typeof input === 'string' ? new URL(input, 'http://gateway') : input, init);
      }
    },
  );
  vi.resetModules();
  ({ deliver } = await import('./reports'));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('a report', () => {
  test.each<[What, string, object]>([
    [{ kind: 'arrive', vehicle_id: 'b/1', stop_id: 's' }, '/v1/vehicles/b%2F1/stops/s/arrive', {}],
    [{ kind: 'board', vehicle_id: 'b', ride_id: 'r' }, '/v1/vehicles/b/rides/r/board', {}],
    [{ kind: 'no_show', vehicle_id: 'b', ride_id: 'r' }, '/v1/vehicles/b/rides/r/no-show', {}],
    [{ kind: 'alight', vehicle_id: 'b', ride_id: 'r' }, '/v1/vehicles/b/rides/r/alight', {}],
    [{ kind: 'tour_arrive', vehicle_id: 't', tour_id: 'o', stop_id: 's' }, '/v1/tours/o/stops/s/arrive', {}],
    [{ kind: 'emptied', vehicle_id: 't', tour_id: 'o', stop_id: 's' }, '/v1/tours/o/stops/s/emptied', {}],
    [{ kind: 'unloaded', vehicle_id: 't', tour_id: 'o', stop_id: 's' }, '/v1/tours/o/stops/s/unloaded', {}],
    [
      {
        kind: 'blocked',
        vehicle_id: 't',
        tour_id: 'o',
        stop_id: 's',
        reason: 'BLOCKED_REASON_OTHER',
        note: 'Baustelle',
      },
      '/v1/tours/o/stops/s/blocked',
      { reason: 'BLOCKED_REASON_OTHER', note: { text: 'Baustelle' } },
    ],
    [
      { kind: 'close', vehicle_id: 't', tour_id: 'o', skip_reason: 'Feierabend' },
      '/v1/tours/o/close',
      { skip_reason: 'Feierabend' },
    ],
    [
      { kind: 'breakdown', vehicle_id: 'b', reason: 'BREAKDOWN_REASON_TYRE', position: null },
      '/v1/vehicles/b/breakdown',
      { reason: 'BREAKDOWN_REASON_TYRE' },
    ],
    [
      { kind: 'tour_breakdown', vehicle_id: 't', tour_id: 'o', note: 'Reifen: vorn links' },
      '/v1/tours/o/breakdown',
      { note: { text: 'Reifen: vorn links' } },
    ],
  ])('of %o goes to its own call, with its id and time', async (what, path, further) => {
    const asked = server([200, {}]);
    expect(await deliver(report(what), new ServerClock())).toEqual({ kind: 'taken' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', path, key: 'key-1' });
    expect(JSON.parse(asked[0]!.body)).toEqual({ event_time: new Date(NOON).toISOString(), ...further });
  });

  test.each<[number, Record<string, string>, object]>([
    [503, { 'Retry-After': '7' }, { kind: 'later', afterS: 7, counts: false }],
    [429, {}, { kind: 'later', afterS: null, counts: false }],
    [408, {}, { kind: 'later', afterS: null, counts: false }],
    [409, { 'Retry-After': '1' }, { kind: 'later', afterS: 1, counts: false }],
    [500, {}, { kind: 'later', afterS: null, counts: true }],
    [401, {}, { kind: 'signed_out' }],
    [404, {}, { kind: 'refused', reason: 'GONE', message: 'why' }],
    [400, {}, { kind: 'refused', reason: 'GONE', message: 'why' }],
  ])('answered with %i %o', async (status, headers, outcome) => {
    server([status, { reason: 'GONE', detail: 'why' }, headers]);
    expect(await deliver(BOARD, new ServerClock())).toEqual(outcome);
  });

  test('that nobody answers comes later', async () => {
    server();
    expect(await deliver(BOARD, new ServerClock())).toEqual({ kind: 'later', afterS: null, counts: false });
  });

  test('of a breakdown far from any road is told without the place', async () => {
    const position = { latitude_deg: 53.5, longitude_deg: 13.1 };
    const asked = server([400, { reason: 'NO_ROAD_NEARBY', detail: '' }], [200, {}]);
    const broken = report({
      kind: 'breakdown',
      vehicle_id: 'b',
      reason: 'BREAKDOWN_REASON_OTHER',
      position,
    });
    expect(await deliver(broken, new ServerClock())).toEqual({ kind: 'taken' });
    expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
    expect(asked.map(({ body }) => JSON.parse(body).position)).toEqual([position, undefined]);
  });

  test('is taken where the phone desk has reported the same', async () => {
    const asked = server(
      [409, { reason: 'RIDE_UNDER_WAY', detail: '' }],
      [200, { ride: { state: 'RIDE_STATE_ABOARD' } }],
    );
    expect(await deliver(BOARD, new ServerClock())).toEqual({ kind: 'taken' });
    expect(asked[1]!.path).toBe('/v1/rides/r-1');
  });

  test('is refused where the ride went another way', async () => {
    server(
      [409, { reason: 'RIDE_OVER', detail: 'cancelled' }],
      [200, { ride: { state: 'RIDE_STATE_CANCELLED' } }],
    );
    const outcome = await deliver(BOARD, new ServerClock());
    expect(outcome).toEqual({ kind: 'refused', reason: 'RIDE_OVER', message: 'cancelled' });
  });

  test('of a phone that is fast is told by the server’s clock', async () => {
    const date = new Date(NOON - 90_000).toUTCString();
    const asked = server(
      [400, { reason: 'EVENT_TIME_IN_FUTURE', detail: '' }, { Date: date }],
      [200, {}, { Date: date }],
    );
    const clock = new ServerClock(null, () => NOON);
    expect(await deliver(BOARD, clock)).toEqual({ kind: 'taken' });
    expect(asked[1]!.key).toBe('key-1');
    expect(Date.parse(JSON.parse(asked[1]!.body).event_time)).toBe(NOON - 90_000);
  });
});
