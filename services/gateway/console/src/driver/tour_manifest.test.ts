import { expect, test } from 'vitest';
import type { WasteTour, WasteTourChange, WasteTourStop } from '@/api/schema';
import type { Report, What } from './reports';
import { type KeptTour, keptTour, tourManifestOf } from './tour_manifest';

function stop(stop_id: string, state = 'PLANNED', done_time?: string): WasteTourStop {
  return {
    stop_id,
    name: stop_id,
    state: `TOUR_STOP_STATE_${state}`,
    weight_kg: 100,
    done_time,
  } as unknown as WasteTourStop;
}

function kept(version: number, ...stops: WasteTourStop[]): KeptTour {
  const tour = { tour_id: 't', truck_id: 'glas-1', version, stops } as unknown as WasteTour;
  return { tour, changes: [], received: 1_000_000 };
}

function told(kind: 'tour_arrive' | 'emptied' | 'unloaded', stop_id: string, time = 0): Report {
  const what: What = { kind, vehicle_id: 'glas-1', tour_id: 't', stop_id };
  return { sequence: time, id: 'i', what, label: '', time, state: 'waiting', tries: 0 };
}

const names = (stops: readonly WasteTourStop[]) => stops.map(({ stop_id }) => stop_id);

test('the tour goes on with what is reported; where the truck stands comes first', () => {
  const tour = kept(1, stop('a'), stop('b'), stop('c'));
  expect(tourManifestOf(tour, []).next?.stop_id).toBe('a');
  const there = tourManifestOf(tour, [told('tour_arrive', 'b')]);
  expect(there.next?.stop_id).toBe('b');
  expect(names(there.later)).toEqual(['a', 'c']);
  const emptied = tourManifestOf(tour, [told('tour_arrive', 'b', 1), told('emptied', 'b', 2)]);
  expect(emptied.next?.stop_id).toBe('a');
  expect(names(emptied.done)).toEqual(['b']);
});

test('of two reports about a stop the later one counts, and arriving undoes nothing', () => {
  const blocked: Report = {
    ...told('emptied', 'a', 1),
    what: {
      kind: 'blocked',
      vehicle_id: 'glas-1',
      tour_id: 't',
      stop_id: 'a',
      reason: 'BLOCKED_REASON_GATE_LOCKED',
      note: '',
    },
  };
  const reports = [blocked, told('emptied', 'a', 2), told('tour_arrive', 'a', 3)];
  expect(tourManifestOf(kept(1, stop('a')), reports).done[0]?.state).toBe('TOUR_STOP_STATE_EMPTIED');
});

test('what is on the truck is what was emptied since it was unloaded', () => {
  const tour = kept(
    1,
    stop('a', 'EMPTIED', '2026-11-21T08:00:00Z'),
    stop('plant', 'UNLOADED', '2026-11-21T09:00:00Z'),
    stop('b', 'EMPTIED', '2026-11-21T10:00:00Z'),
    stop('c'),
  );
  expect(tourManifestOf(tour, []).loaded_kg).toBe(100);
  const more = told('emptied', 'c', Date.parse('2026-11-21T11:00:00Z'));
  expect(tourManifestOf(tour, [more]).loaded_kg).toBe(200);
});

test('changes of the depot stay until they are put away; reports and what was known are none', () => {
  const change = (version: number, kind: string) =>
    ({ version, stop_id: 'x', kind: `TOUR_CHANGE_KIND_${kind}` }) as unknown as WasteTourChange;
  const first = keptTour(null, kept(3).tour, [change(1, 'PROPOSED'), change(3, 'STOP_ADDED')], 1);
  expect(first.changes).toEqual([]);
  const second = keptTour(
    first,
    kept(5).tour,
    [change(3, 'STOP_ADDED'), change(4, 'STOP_REPORTED'), change(5, 'STOP_REMOVED')],
    2,
  );
  expect(second.changes.map(({ version }) => version)).toEqual([5]);
  const third = keptTour(second, kept(6).tour, [change(6, 'STOP_MOVED')], 3);
  expect(third.changes.map(({ version }) => version)).toEqual([5, 6]);
});
