import { describe, expect, it } from 'vitest';
import { type Call, NEW_CALL, repeatOf, returnOf, tripOf } from './call';
import { offersRequest, type Trip, tripKey } from './trip';

const NOW = new Date('2026-11-24T09:00:00Z');
const AT = new Date('2026-11-24T13:30:00Z');
const from = {
  key: 'a',
  label: 'Bahnhof',
  kind: 'stop',
  position: { latitude_deg: 53.5, longitude_deg: 13.3 },
};
const to = { ...from, key: 'b', label: 'Markt', kind: 'virtual_stop', virtualStopId: 'vs-1' };

const TRIP: Trip = {
  from,
  to,
  when: { ok: true, kind: 'depart', at: AT, now: false },
  travellers: { seated: 2, wheelchairs: 1, bulky: 1 },
  maxWalkM: 300,
};

describe('offersRequest', () => {
  it('asks for a pickup after the time, and for a seat for every pram', () => {
    expect(offersRequest(TRIP, true, NOW)).toEqual({
      pickup: { position: from.position, label: 'Bahnhof' },
      dropoff: { virtual_stop_id: 'vs-1', label: 'Markt' },
      pickup_window: { earliest: '2026-11-24T13:30:00.000Z', latest: '2026-11-24T14:00:00.000Z' },
      party: { seated_count: 3, wheelchair_count: 1 },
      max_walk_m: 300,
      max_offer_count: 3,
      part_of_search: false,
    });
  });

  it('asks for an arrival before the time', () => {
    const by: Trip = { ...TRIP, when: { ok: true, kind: 'arrive', at: AT, now: false } };
    const asked = offersRequest(by, false, NOW);
    expect(asked.dropoff_window).toEqual({
      earliest: '2026-11-24T12:45:00.000Z',
      latest: '2026-11-24T13:30:00.000Z',
    });
    expect(asked.pickup_window).toBeUndefined();
    expect(asked.part_of_search).toBe(true);
  });

  it('asks for now where the departure has passed since it was typed', () => {
    const late = new Date(AT.getTime() + 60_000);
    expect(offersRequest(TRIP, true, late).pickup_window?.earliest).toBe(late.toISOString());
    // It is the same question still: nothing is asked anew because a minute went by.
    expect(tripKey(TRIP)).toBe(tripKey({ ...TRIP }));
  });
});

describe('a call', () => {
  const call: Call = {
    ...NEW_CALL,
    phone: '0395',
    name: 'Kruse',
    from,
    to,
    whenText: '14:30',
    replaces: 'r-1',
  };

  it('is a trip once everything is there', () => {
    expect(tripOf(call, TRIP.when)).toMatchObject({ from, to, when: TRIP.when });
    expect(tripOf({ ...call, to: null }, TRIP.when)).toBeNull();
    expect(tripOf(call, { ok: false, problem: 'no_time' })).toBeNull();
    expect(tripOf({ ...call, travellers: { seated: 0, wheelchairs: 0, bulky: 1 } }, TRIP.when)).toBeNull();
  });

  it('goes back with the same people, and replaces nothing then', () => {
    expect(returnOf(call)).toMatchObject({
      name: 'Kruse',
      from: to,
      to: from,
      whenText: '',
      replaces: undefined,
    });
    expect(repeatOf(call)).toMatchObject({ name: 'Kruse', from, to, whenText: '', replaces: undefined });
  });
});
