import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HOLD_MS, ReportQueue } from './queue';
import type { Outcome, Report, What } from './reports';
import { PassingStore, PhoneStore, type Store } from './store';

const BOARD: What = { kind: 'board', vehicle_id: 'bus-1', ride_id: 'r-1' };
const ALIGHT: What = { kind: 'alight', vehicle_id: 'bus-1', ride_id: 'r-1' };
const TAKEN: Outcome = { kind: 'taken' };
const OFFLINE: Outcome = { kind: 'later', afterS: null, counts: false };

let now = 0;
let ids = 0;
let answers: (report: Report) => Outcome;
let sent: string[];

function queueOn(store: Store): ReportQueue {
  return new ReportQueue({
    store,
    deliver: async (report) => {
      const outcome = answers(report);
      sent.push(`${report.id} ${report.what.kind}: ${outcome.kind}`);
      return outcome;
    },
    now: () => now,
    newId: () => `id-${++ids}`,
    exclusively: (work) => work(),
  });
}

const states = (queue: ReportQueue) => queue.state().reports.map(({ state }) => state);

beforeEach(() => {
  now = Date.UTC(2026, 10, 21, 12);
  ids = 0;
  sent = [];
  answers = () => TAKEN;
  // Only what the queue itself waits with: the database goes on by timers of its own.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each([
  ['kept by the phone', () => PhoneStore.open()],
  ['kept by the page', async () => new PassingStore()],
])('reports %s', (_, open) => {
  let store: Store;
  let queue: ReportQueue;

  beforeEach(async () => {
    store = await open();
    for (const { sequence } of await store.reports()) await store.remove(sequence);
    queue = queueOn(store);
    await queue.open();
    queue.letIn(['bus-1']);
    await queue.flush();
  });

  afterEach(() => queue.close());

  test('are kept before they are sent, and the next one sends the one before', async () => {
    await queue.add(BOARD, 'Bahnhof');
    await queue.flush();
    expect(sent).toEqual([]);
    expect(await store.reports()).toMatchObject([{ id: 'id-1', state: 'waiting', label: 'Bahnhof' }]);
    now += 1000;
    await queue.add(ALIGHT, 'Markt');
    await queue.flush();
    expect(sent).toEqual(['id-1 board: taken']);
    now += HOLD_MS;
    await queue.flush();
    expect(sent).toEqual(['id-1 board: taken', 'id-2 alight: taken']);
    expect(states(queue)).toEqual(['taken', 'taken']);
  });

  test('go by themselves once they can no longer be taken back', async () => {
    await queue.add(BOARD, 'Bahnhof');
    await queue.flush();
    now += HOLD_MS;
    vi.advanceTimersByTime(HOLD_MS);
    await queue.flush();
    expect(sent).toEqual(['id-1 board: taken']);
  });

  test('can be taken back until then, and not afterwards', async () => {
    await queue.add(BOARD, 'Bahnhof');
    const [report] = queue.state().reports;
    expect(await queue.takeBack(report!.sequence)).toBe(true);
    expect(await store.reports()).toEqual([]);
    now += HOLD_MS;
    await queue.flush();
    expect(sent).toEqual([]);
    await queue.add(BOARD, 'Bahnhof');
    now += HOLD_MS;
    await queue.flush();
    expect(await queue.takeBack(queue.state().reports[0]!.sequence)).toBe(false);
    expect(states(queue)).toEqual(['taken']);
  });

  test('wait in order while there is no network, and keep their ids', async () => {
    answers = () => OFFLINE;
    await queue.add(BOARD, 'Bahnhof');
    now += 60_000;
    await queue.add(ALIGHT, 'Markt');
    await queue.flush();
    now += HOLD_MS;
    queue.wake();
    await queue.flush();
    expect(new Set(sent)).toEqual(new Set(['id-1 board: later']));
    expect(queue.state().held?.sequence).toBe(queue.state().reports[1]!.sequence);
    vi.advanceTimersByTime(HOLD_MS);
    expect(queue.state().held).toBe(null);
    expect(states(queue)).toEqual(['waiting', 'waiting']);
    answers = () => TAKEN;
    sent = [];
    queue.wake();
    await queue.flush();
    expect(sent).toEqual(['id-1 board: taken', 'id-2 alight: taken']);
  });

  test('that are refused are set aside with the reason, those after them go on', async () => {
    answers = ({ what }) =>
      what.kind === 'board' ? { kind: 'refused', reason: 'RIDE_OVER', message: 'r-1 is cancelled' } : TAKEN;
    await queue.add(BOARD, 'Bahnhof');
    await queue.add(ALIGHT, 'Markt');
    now += HOLD_MS;
    await queue.flush();
    expect(states(queue)).toEqual(['refused', 'taken']);
    const [refused] = await store.reports();
    expect(refused).toMatchObject({ refusal: { reason: 'RIDE_OVER', message: 'r-1 is cancelled' } });
    answers = () => TAKEN;
    await queue.again(refused!.sequence);
    await queue.flush();
    expect(sent.at(-1)).toBe('id-1 board: taken');
    expect(queue.state().reports[0]).not.toHaveProperty('refusal');
  });

  test('that are refused go when the driver has seen it; others do not', async () => {
    answers = () => ({ kind: 'refused', reason: 'TOO_EARLY', message: '' });
    await queue.add(BOARD, 'Bahnhof');
    await queue.dismiss(queue.state().reports[0]!.sequence);
    expect(states(queue)).toEqual(['waiting']);
    now += HOLD_MS;
    await queue.flush();
    await queue.dismiss(queue.state().reports[0]!.sequence);
    expect(await store.reports()).toEqual([]);
  });

  test('an answer that is an error is asked for again, but not for ever', async () => {
    answers = () => ({ kind: 'later', afterS: 1, counts: true });
    await queue.add(BOARD, 'Bahnhof');
    now += HOLD_MS;
    for (let tries = 0; tries < 10; tries += 1) await queue.flush();
    expect(sent).toHaveLength(5);
    expect(queue.state().reports[0]!.refusal?.reason).toBe('NO_GOOD_ANSWER');
  });

  test('stay when the session has ended, and go once somebody is signed in for the vehicle', async () => {
    answers = () => ({ kind: 'signed_out' });
    await queue.add(BOARD, 'Bahnhof');
    now += HOLD_MS;
    await queue.flush();
    expect(queue.state().signedOut).toBe(true);
    answers = () => TAKEN;
    queue.letIn(['bus-2']);
    await queue.flush();
    expect(states(queue)).toEqual(['waiting']);
    queue.letIn(['bus-1']);
    await queue.flush();
    expect(states(queue)).toEqual(['taken']);
  });

  test('what happens later is never told as earlier', async () => {
    await queue.add(BOARD, 'Bahnhof');
    now -= 120_000;
    await queue.add(ALIGHT, 'Markt');
    const [first, second] = queue.state().reports;
    expect(second!.time).toBe(first!.time);
  });
});

test('what waits is there again when the page is opened anew, what was taken long ago is not', async () => {
  const store = await PhoneStore.open();
  for (const { sequence } of await store.reports()) await store.remove(sequence);
  const before = queueOn(store);
  await before.open();
  before.letIn(['bus-1']);
  await before.add(BOARD, 'Bahnhof');
  now += HOLD_MS;
  await before.flush();
  answers = () => OFFLINE;
  await before.add(ALIGHT, 'Markt');
  await before.flush();
  before.close();

  now += 10_000;
  const after = queueOn(await PhoneStore.open());
  await after.open();
  expect(after.state().reports.map(({ id, state }) => [id, state])).toEqual([
    ['id-1', 'taken'],
    ['id-2', 'waiting'],
  ]);
  now += 24 * 3_600_000;
  const later = queueOn(await PhoneStore.open());
  await later.open();
  expect(later.state().reports.map(({ id }) => id)).toEqual(['id-2']);
});

test('a phone that is full still sends, and says that nothing is kept', async () => {
  const store = new PassingStore();
  vi.spyOn(store, 'add').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
  const queue = queueOn(store);
  queue.letIn(['bus-1']);
  await queue.add(BOARD, 'Bahnhof');
  await queue.add(ALIGHT, 'Markt');
  expect(queue.state().unkept).toBe(true);
  now += HOLD_MS;
  await queue.flush();
  expect(sent).toEqual(['id-1 board: taken', 'id-2 alight: taken']);
  queue.close();
});
