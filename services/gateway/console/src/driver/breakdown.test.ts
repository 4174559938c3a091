import { expect, test } from 'vitest';
import { breakdownNow } from './breakdown';
import type { Report, What } from './reports';

const BROKEN: What = { kind: 'breakdown', vehicle_id: 'b', reason: 'BREAKDOWN_REASON_TYRE', position: null };
const IDLE = { received: 0, goesOn: false };

function report(what: What, change: Partial<Report> = {}): Report {
  return { sequence: 1, id: 'k', what, label: 'Bus', time: 1, state: 'waiting', tries: 0, ...change };
}

test('a breakdown holds as long as nothing else is known of the vehicle', () => {
  const broken = report(BROKEN);
  const elsewhere = report({ kind: 'alight', vehicle_id: 'other', ride_id: 'r' });
  expect(breakdownNow([broken, elsewhere], 'b', { received: 9, goesOn: true })).toBe(broken);
  expect(breakdownNow([broken], 'other', IDLE)).toBeNull();
  expect(breakdownNow([], 'b', IDLE)).toBeNull();
});

test('it is over when it was refused, when the driver goes on, and when the plan does', () => {
  expect(breakdownNow([report(BROKEN, { state: 'refused' })], 'b', IDLE)).toBeNull();
  const further = report({ kind: 'board', vehicle_id: 'b', ride_id: 'r' });
  expect(breakdownNow([report(BROKEN), further], 'b', IDLE)).toBeNull();
  const taken = report(BROKEN, { state: 'taken', settled: 100_000 });
  expect(breakdownNow([taken], 'b', { received: 200_000, goesOn: false })).toBe(taken);
  // The plan may not know it yet.
  expect(breakdownNow([taken], 'b', { received: 105_000, goesOn: true })).toBe(taken);
  expect(breakdownNow([taken], 'b', { received: 200_000, goesOn: true })).toBeNull();
});
