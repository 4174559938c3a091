import { describe, expect, test } from 'vitest';
import type { PoolingPlannedStop, PoolingTour } from '@/api/schema';
import { changesBetween, type KeptPlan, manifestOf } from './manifest';
import type { Report, What } from './reports';

const RECEIVED = 1_000_000;
const PLACES = { Bahnhof: 13.1, Markt: 13.2, Klinik: 13.3 } as const;
type Place = keyof typeof PLACES;

function stop(id: string, action: 'PICKUP' | 'DROPOFF' | 'BREAK', place: Place, done = false) {
  return {
    stop_id: `${id}:${action}`,
    action: `STOP_ACTION_${action}`,
    ride_id: action === 'BREAK' ? '' : id,
    held_offer_id: '',
    point: { position: { latitude_deg: 53.5, longitude_deg: PLACES[place] }, label: place },
    party: { seated_count: 2, wheelchair_count: 0 },
    arrival_time: '2026-11-21T12:00:00Z',
    departure_time: '2026-11-21T12:05:00Z',
    done,
  } as unknown as PoolingPlannedStop;
}

function plan(...stops: PoolingPlannedStop[]): KeptPlan {
  const tour = { shift_id: 's', vehicle_id: 'bus-1', start_time: '', end_time: '', stops };
  return {
    vehicle_id: 'bus-1',
    service_date: '2026-11-21',
    tours: [tour as unknown as PoolingTour],
    received: RECEIVED,
  };
}

function told(what: What, state: Report['state'] = 'waiting', settled = 0): Report {
  return { sequence: 1, id: 'i', what, label: '', time: 0, state, settled, tries: 0 };
}

const board = (ride_id: string): What => ({ kind: 'board', vehicle_id: 'bus-1', ride_id });
const alight = (ride_id: string): What => ({ kind: 'alight', vehicle_id: 'bus-1', ride_id });
const noShow = (ride_id: string): What => ({ kind: 'no_show', vehicle_id: 'bus-1', ride_id });
const labels = (halts: readonly { label: string }[]) => halts.map(({ label }) => label);

const TWO = plan(
  stop('a', 'PICKUP', 'Bahnhof'),
  stop('b', 'PICKUP', 'Bahnhof'),
  stop('a', 'DROPOFF', 'Markt'),
  stop('b', 'DROPOFF', 'Klinik'),
);

describe('the manifest', () => {
  test('has one halt where several get on', () => {
    const { next, later, done, seated } = manifestOf(TWO, []);
    expect(next?.label).toBe('Bahnhof');
    expect(next?.stops.map(({ ride_id, to }) => [ride_id, to])).toEqual([
      ['a', 'Markt'],
      ['b', 'Klinik'],
    ]);
    expect(labels(later)).toEqual(['Markt', 'Klinik']);
    expect(done).toEqual([]);
    expect(seated).toBe(0);
  });

  test('goes on with what is reported, before the services know it', () => {
    const one = manifestOf(TWO, [told(board('a'))]);
    expect(one.next?.stops.map(({ ride_id }) => ride_id)).toEqual(['b']);
    expect(one.next?.arrived).toBe(true);
    expect(one.seated).toBe(2);
    const both = manifestOf(TWO, [told(board('a')), told(board('b')), told(alight('a'))]);
    expect(both.next?.label).toBe('Klinik');
    expect(both.seated).toBe(2);
    expect(labels(both.done)).toEqual(['Bahnhof', 'Markt']);
  });

  test('leaves out where nobody has to get off any more', () => {
    const { later, done } = manifestOf(TWO, [told(noShow('a'))]);
    expect(labels(later)).toEqual(['Klinik']);
    expect(done[0]?.stops[0]?.missing).toBe(true);
    const known = manifestOf(plan(stop('a', 'PICKUP', 'Bahnhof', true)), []);
    expect(known.done[0]?.stops[0]?.missing).toBe(true);
    expect(known.seated).toBe(0);
  });

  test('does not believe what was refused, nor what is of another vehicle', () => {
    const other = told({ kind: 'board', vehicle_id: 'bus-2', ride_id: 'a' });
    expect(manifestOf(TWO, [told(board('a'), 'refused'), other]).next?.stops).toHaveLength(2);
  });

  test('what was taken is shown until a plan has come that must know it', () => {
    const seen = (settled: number) =>
      manifestOf(TWO, [told(board('a'), 'taken', settled)]).next?.stops.length;
    expect(seen(RECEIVED - 9_000)).toBe(1);
    expect(seen(RECEIVED + 9_000)).toBe(1);
    expect(seen(RECEIVED - 11_000)).toBe(2);
  });

  test('knows where the vehicle has arrived', () => {
    const arrive: What = { kind: 'arrive', vehicle_id: 'bus-1', stop_id: 'a:PICKUP' };
    const { next, later } = manifestOf(TWO, [told(arrive)]);
    expect(next?.arrived).toBe(true);
    expect(later[0]?.arrived).toBe(false);
    const [tour] = TWO.tours;
    const known = { ...TWO, tours: [{ ...tour!, arrived_time: '2026-11-21T12:01:00Z' }] };
    expect(manifestOf(known, []).next?.arrived).toBe(true);
    expect(manifestOf(TWO, []).next?.arrived).toBe(false);
  });

  test('tells of a rest before the halt that comes after it, and shows no seats that are only held', () => {
    const held = { ...stop('h', 'PICKUP', 'Markt'), ride_id: '', held_offer_id: 'h' };
    const { next, later } = manifestOf(
      plan(
        stop('a', 'PICKUP', 'Bahnhof'),
        held,
        stop('x', 'BREAK', 'Markt'),
        stop('a', 'DROPOFF', 'Bahnhof'),
      ),
      [],
    );
    expect(next?.breaks).toEqual([]);
    expect(later.map(({ breaks }) => breaks.length)).toEqual([1]);
  });

  test('has nothing to do with those whom another vehicle takes on', () => {
    const left = { ...stop('a', 'PICKUP', 'Bahnhof', true), interrupted: true };
    const { next, seated, done } = manifestOf(plan(left, stop('b', 'PICKUP', 'Markt')), []);
    expect([next?.label, seated, done.length]).toEqual(['Markt', 0, 0]);
  });

  test('a place that is come back to is a halt of its own', () => {
    const { next, later } = manifestOf(
      plan(stop('a', 'PICKUP', 'Bahnhof'), stop('a', 'DROPOFF', 'Markt'), stop('b', 'PICKUP', 'Bahnhof')),
      [],
    );
    expect([next?.key, ...later.map(({ key }) => key)]).toEqual(['a:PICKUP', 'a:DROPOFF', 'b:PICKUP']);
  });
});

describe('what changed', () => {
  const one = plan(stop('a', 'PICKUP', 'Bahnhof'), stop('a', 'DROPOFF', 'Markt'));

  test('a ride came, and one went', () => {
    expect(labels(changesBetween(one, TWO, []).added)).toEqual(['Bahnhof']);
    const gone = changesBetween(TWO, one, []);
    expect(gone.removed.flatMap(({ stops }) => stops.map(({ ride_id }) => ride_id))).toEqual(['b']);
    expect(gone.added).toEqual([]);
  });

  test('what the driver did is no news', () => {
    const done = plan(stop('a', 'PICKUP', 'Bahnhof', true), stop('a', 'DROPOFF', 'Markt'));
    expect(changesBetween(one, done, [])).toEqual({ added: [], removed: [] });
    expect(changesBetween(done, one, [told(board('a'))])).toEqual({ added: [], removed: [] });
  });

  test('another day is no change', () => {
    const tomorrow = { ...TWO, service_date: '2026-11-22' };
    expect(changesBetween(one, tomorrow, [])).toEqual({ added: [], removed: [] });
  });
});
