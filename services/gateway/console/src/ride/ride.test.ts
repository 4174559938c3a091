import { describe, expect, it } from 'vitest';
import type { JourneysBooking, JourneysJourney, JourneysRideNow } from '@/api/schema';
import { addressOf, hashOf } from './address';
import { billOf, positionOf } from './bill';
import { canCancel, comingOf } from './coming';
import { isBookable, mainLegs, ordered, sameAgain, wasTooLate } from './journeys';
import { gapsOf, instantAt, planRequest, type Question, type Wish } from './question';

const BERLIN = 'Europe/Berlin';
const NOW = new Date('2021-11-23T08:30:00Z');
const HOME = {
  key: 'a',
  label: 'Burg Stargard',
  kind: 'town',
  position: { latitude_deg: 53.5, longitude_deg: 13.3 },
};
const TOWN = {
  key: 'b',
  label: 'Neubrandenburg',
  kind: 'town',
  position: { latitude_deg: 53.55, longitude_deg: 13.26 },
};
const WISH: Wish = {
  from: HOME,
  to: TOWN,
  kind: 'now',
  date: '2021-11-23',
  time: '14:30',
  seated: 1,
  wheelchairs: 0,
};

describe('the address', () => {
  it.each([
    [{ view: 'plan' }],
    [{ view: 'trips' }],
    [{ view: 'bill' }],
    [{ view: 'confirm' }],
    [{ view: 'booking', bookingId: '210bd4b545a84c5f8d16ffb64d1fe60d' }],
  ] as const)('%j is found again by what stands behind the hash', (address) => {
    expect(addressOf(hashOf(address))).toEqual(address);
  });

  it.each(['', '#', '#/nowhere', '#/booking/', '#/booking/a b', `#/booking/${'x'.repeat(65)}`])(
    '%s is the beginning',
    (hash) => {
      expect(addressOf(hash)).toEqual({ view: 'plan' });
    },
  );
});

describe('the question', () => {
  it('says all that is missing, in the order of the form', () => {
    const empty = { ...WISH, from: null, to: null, kind: 'depart' as const, time: '', seated: 0 };
    expect(gapsOf(empty, NOW, BERLIN)).toEqual(['from', 'to', 'when', 'nobody']);
    expect(gapsOf({ ...WISH, to: HOME }, NOW, BERLIN)).toEqual(['same']);
    expect(gapsOf({ ...WISH, kind: 'arrive', time: '09:00' }, NOW, BERLIN)).toEqual(['past']);
    expect(gapsOf({ ...WISH, kind: 'depart', time: '09:27' }, NOW, BERLIN)).toEqual([]);
    expect(gapsOf(WISH, NOW, BERLIN)).toEqual([]);
  });

  it.each([
    ['2021-11-23', '14:30', '2021-11-23T13:30:00.000Z'],
    ['2021-07-01', '00:05', '2021-06-30T22:05:00.000Z'],
  ])('%s %s is read by the clocks of the district', (date, time, expected) => {
    expect(instantAt(date, time, BERLIN)?.toISOString()).toBe(expected);
  });

  it.each([
    ['', '14:30'],
    ['2021-02-30', '14:30'],
    ['2021-11-23', '24:10'],
    ['2021-11-23', '14'],
  ])('%s %s is no time', (date, time) => {
    expect(instantAt(date, time, BERLIN)).toBeNull();
  });

  it('asks for now where the time has just passed, and for an arrival where that is wanted', () => {
    const late = { ...WISH, kind: 'depart', time: '09:28' } as Question;
    expect(planRequest(late, NOW, BERLIN, null).depart_at).toBe(NOW.toISOString());
    const arrive = planRequest(
      { ...WISH, kind: 'arrive', wheelchairs: 1 } as Question,
      NOW,
      BERLIN,
      'a-1',
      'p',
    );
    expect(arrive).toMatchObject({
      arrive_by: '2021-11-23T13:30:00.000Z',
      travellers: { seated_count: 1, wheelchair_count: 1 },
      payer: 'a-1',
      page_token: 'p',
    });
    expect(arrive).not.toHaveProperty('depart_at');
    expect(planRequest(WISH as Question, NOW, BERLIN, null)).not.toHaveProperty('payer');
  });
});

function journey(id: string, part: Partial<JourneysJourney> = {}): JourneysJourney {
  const leg = {
    mode: 'MODE_POOLED_RIDE',
    bookable: true,
    distance_m: 9000,
    polyline: '',
    from: { label: 'here' },
    to: { label: 'there' },
  };
  return {
    journey_id: id,
    legs: [leg],
    departure_time: '2021-11-23T09:00:00Z',
    arrival_time: '2021-11-23T09:20:00Z',
    transfer_count: 0,
    walk_m: 0,
    co2_g: 1000,
    price: { cents: 240, currency: 'EUR', complete: true },
    reasons: [],
    ...part,
  } as unknown as JourneysJourney;
}

describe('journeys', () => {
  it('are put in order by price, those with an unknown part and without a price last', () => {
    const unknown = journey('unknown', { price: undefined });
    const partly = journey('partly', { price: { cents: 10, currency: 'EUR', complete: false } });
    const cheap = journey('cheap', { price: { cents: 150, currency: 'EUR', complete: true }, co2_g: 2000 });
    const ids = (found: readonly JourneysJourney[]) => found.map(({ journey_id }) => journey_id);
    const all = [unknown, partly, journey('dear'), cheap];
    expect(ids(ordered(all, 'price'))).toEqual(['cheap', 'dear', 'partly', 'unknown']);
    expect(ids(ordered(all, 'co2'))).toEqual(['unknown', 'partly', 'dear', 'cheap']);
    expect(ordered(all, 'time')).toBe(all);
  });

  it('are found again where they are as they were read, and cost no more', () => {
    const chosen = journey('old');
    const later = journey('later', { departure_time: '2021-11-23T09:05:00Z' });
    const dearer = journey('dearer', { price: { cents: 250, currency: 'EUR', complete: true } });
    const cheaper = journey('new', {
      departure_time: '2021-11-23T09:00:40Z',
      price: { cents: 200, currency: 'EUR', complete: true },
    });
    expect(sameAgain(chosen, [later, dearer])).toBeUndefined();
    expect(sameAgain(chosen, [later, dearer, cheaper])).toBe(cheaper);
    expect(sameAgain(chosen, [journey('unsure', { price: undefined })])).toBeUndefined();
  });

  it('say what is taken, and whether there is anything to book', () => {
    const walk = { mode: 'MODE_WALK', bookable: false } as JourneysJourney['legs'][number];
    const [ride] = journey('x').legs;
    expect(mainLegs(journey('x', { legs: [walk, ride!, walk] }))).toEqual([ride]);
    expect(mainLegs(journey('x', { legs: [walk] }))).toEqual([walk]);
    expect(isBookable(journey('x', { legs: [walk] }))).toBe(false);
    expect(wasTooLate('OFFER_EXPIRED')).toBe(true);
    expect(wasTooLate('ACCOUNT_CLOSED')).toBe(false);
  });
});

const ride = (part: Partial<JourneysRideNow>) => ({ state: 'RIDE_STATE_BOOKED', ...part }) as JourneysRideNow;
const approach = {
  vehicle_name: 'Bus 1',
  stops_before_count: 2,
  at_pickup: false,
  last_stop_id: '',
  last_stop_name: '',
};

describe('the vehicle', () => {
  it.each([
    [ride({}), { kind: 'later' }],
    [ride({ without_vehicle: true }), { kind: 'stranded' }],
    [ride({ approach }), { kind: 'coming', vehicle: 'Bus 1', stopsBefore: 2 }],
    [ride({ approach: { ...approach, at_pickup: true } }), { kind: 'waiting', vehicle: 'Bus 1' }],
    [ride({ state: 'RIDE_STATE_ABOARD', approach }), { kind: 'aboard', vehicle: 'Bus 1', stopsBefore: 2 }],
    [ride({ state: 'RIDE_STATE_NO_SHOW' }), { kind: 'missed' }],
    [ride({ state: 'RIDE_STATE_COMPLETED' }), { kind: 'over' }],
  ])('%j is %j', (now, expected) => {
    expect(comingOf(now)).toEqual(expected);
  });

  it('can be sent away until somebody is aboard', () => {
    const booking = (state: string, now: JourneysRideNow) =>
      ({ state, journey: journey('x'), legs: [{ ride: now }] }) as unknown as JourneysBooking;
    expect(canCancel(booking('BOOKING_STATE_BOOKED', ride({})), NOW)).toBe(true);
    expect(canCancel(booking('BOOKING_STATE_CANCELLED', ride({})), NOW)).toBe(false);
    expect(canCancel(booking('BOOKING_STATE_BOOKED', ride({ state: 'RIDE_STATE_ABOARD' })), NOW)).toBe(false);
    const afterwards = new Date('2021-11-23T09:21:00Z');
    expect(canCancel(booking('BOOKING_STATE_BOOKED', ride({})), afterwards)).toBe(false);
  });
});

describe('the bill', () => {
  it('has doors that are told by their position', () => {
    expect(positionOf('53.4999, 13.3034')).toEqual({ latitude_deg: 53.4999, longitude_deg: 13.3034 });
    for (const name of ['Klinikum', 'Gleis 1, Süd', '']) expect(positionOf(name)).toBeNull();
  });

  it('is read as far as it is one', () => {
    const told = { currency: 'EUR', lines: [], rides: [], alternatives: { sentences: { de: [], en: [] } } };
    expect(billOf(JSON.stringify(told))).toMatchObject({ ...told, unpriced: [], payments: [] });
    for (const other of ['', '{', '[]', 'null', '{"lines": []}']) expect(billOf(other)).toBeNull();
  });
});
