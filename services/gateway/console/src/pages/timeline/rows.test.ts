import { describe, expect, it } from 'vitest';
import type { PoolingPlan, PoolingRide, PoolingVehicle } from '@/api/schema';
import { findBar, keepingSame, neighbour, rowsOf, slackOf } from './rows';

const at = (time: string) => `2021-11-23T${time}:00Z`;

function ride(id: string, vehicle: string, from: string, until: string, changes: Partial<PoolingRide> = {}) {
  return {
    ride_id: id,
    vehicle_id: vehicle,
    shift_id: `${vehicle}-shift`,
    state: 'RIDE_STATE_BOOKED',
    pickup_time: at(from),
    dropoff_time: at(until),
    promise: { pickup_window: { earliest: at(from), latest: at('23:00') }, latest_arrival: at('23:30') },
    ...changes,
  } as PoolingRide;
}

function plan(...vehicles: string[]): PoolingPlan {
  return {
    zone_id: 'z',
    service_date: '2021-11-23',
    version: 1,
    tours: vehicles.map((vehicle_id) => ({
      shift_id: `${vehicle_id}-shift`,
      vehicle_id,
      vehicle_kind: 'VEHICLE_KIND_ANRUFBUS',
      start_time: at('06:00'),
      end_time: at('20:00'),
      stops: [],
    })),
  };
}

const vehicles = ['bus-2', 'bus-10'].map((vehicle_id) => ({
  vehicle_id,
  zone_id: 'z',
  name: vehicle_id.replace('bus-', 'Bus '),
  kind: 'VEHICLE_KIND_ANRUFBUS',
  layouts: [],
  out_of_service: false,
})) satisfies PoolingVehicle[];

describe('rows', () => {
  it('are vehicles by name, numbers as numbers, also those without a ride', () => {
    const rows = rowsOf([plan('bus-10', 'bus-2')], [], [ride('a', 'bus-10', '08:00', '08:20')], vehicles);
    expect(rows.map(({ name, bars }) => [name, bars.length])).toEqual([
      ['Bus 2', 0],
      ['Bus 10', 1],
    ]);
  });

  it('lay rides that share time on lanes of their own, and no more lanes than needed', () => {
    const [row] = rowsOf(
      [plan('bus-2')],
      [],
      [
        ride('a', 'bus-2', '08:00', '08:30'),
        ride('b', 'bus-2', '08:10', '08:40'),
        ride('c', 'bus-2', '08:30', '09:00'),
      ],
      vehicles,
    );
    expect(row?.bars.map(({ ride: { ride_id }, lane }) => [ride_id, lane])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ]);
    expect(row?.laneCount).toBe(2);
  });

  it('leave out what does not take place, and keep rides of vehicles that were removed', () => {
    const rides = [
      ride('a', 'gone', '08:00', '08:30'),
      ride('b', 'bus-2', '08:00', '08:30', { state: 'RIDE_STATE_CANCELLED' }),
      ride('c', 'bus-2', '08:00', '08:30', { state: 'RIDE_STATE_NO_SHOW' }),
    ];
    const rows = rowsOf([plan('bus-2')], [], rides, vehicles);
    expect(rows.map(({ name, bars }) => [name, bars.length])).toEqual([
      ['Bus 2', 0],
      ['gone', 1],
    ]);
  });

  it('split a day into driving, stops and breaks', () => {
    const day = plan('bus-2');
    const stop = (action: 'STOP_ACTION_PICKUP' | 'STOP_ACTION_BREAK', from: string, until: string) => ({
      stop_id: from,
      action,
      ride_id: '',
      held_offer_id: '',
      arrival_time: at(from),
      departure_time: at(until),
      done: false,
      interrupted: false,
    });
    day.tours[0]?.stops.push(
      stop('STOP_ACTION_PICKUP', '08:00', '08:01'),
      stop('STOP_ACTION_BREAK', '12:00', '12:30'),
    );
    const leg = { stop_id: '', departure_time: at('07:40'), arrival_time: at('08:00'), polyline: '' };
    const standing = { ...leg, departure_time: at('08:01'), arrival_time: at('08:01') };
    const path = { shift_id: 'bus-2-shift', vehicle_id: 'bus-2', legs: [leg, standing] };
    const [row] = rowsOf([day], [path], [], vehicles);
    const span = (from: string, until: string) => ({
      startMs: Date.parse(at(from)),
      endMs: Date.parse(at(until)),
    });
    expect(row?.drives).toEqual([span('07:40', '08:00')]);
    expect(row?.stops).toEqual([span('08:00', '08:01')]);
    expect(row?.breaks).toEqual([span('12:00', '12:30')]);
  });
});

describe('slack', () => {
  const promise = {
    pickup_window: { earliest: at('08:00'), latest: at('08:10') },
    latest_arrival: at('09:00'),
    max_ride_duration: '3600s',
  };

  it('is what is left of the promise that breaks first', () => {
    expect(slackOf(ride('a', 'bus-2', '08:04', '08:30', { promise }))).toBe(360);
    expect(slackOf(ride('a', 'bus-2', '08:04', '08:58', { promise }))).toBe(120);
  });

  it('counts the arrival alone once somebody is aboard, and is negative after a promise', () => {
    const late = { promise, state: 'RIDE_STATE_ABOARD' } as const;
    expect(slackOf(ride('a', 'bus-2', '08:20', '08:50', late))).toBe(600);
    expect(slackOf(ride('a', 'bus-2', '08:20', '09:05', late))).toBe(-300);
  });
});

describe('arrow keys', () => {
  const rows = rowsOf(
    [plan('bus-2', 'bus-10', 'bus-3')],
    [],
    [
      ride('a', 'bus-2', '08:00', '08:30'),
      ride('b', 'bus-2', '10:00', '10:30'),
      ride('c', 'bus-10', '07:00', '07:30'),
      ride('d', 'bus-10', '10:20', '10:40'),
    ],
    vehicles,
  );

  function go(from: string, key: string) {
    const found = findBar(rows, from);
    return found && neighbour(rows, found, key).ride.ride_id;
  }

  it('go along a vehicle and stay at its ends', () => {
    expect(go('a', 'ArrowRight')).toBe('b');
    expect(go('b', 'ArrowRight')).toBe('b');
    expect(go('a', 'ArrowLeft')).toBe('a');
  });

  it('go to what is nearest in time, over vehicles without a ride', () => {
    expect(go('b', 'ArrowDown')).toBe('d');
    expect(go('d', 'ArrowUp')).toBe('b');
    expect(go('a', 'ArrowUp')).toBe('a');
    expect(findBar(rows, 'unknown')).toBeNull();
  });
});

describe('rows asked for again', () => {
  const rides = [ride('a', 'bus-2', '08:00', '08:20'), ride('b', 'bus-10', '09:00', '09:20')];
  const before = rowsOf([plan('bus-2', 'bus-10')], [], rides, vehicles);

  it('are the ones from before where nothing changed', () => {
    const now = keepingSame(before, rowsOf([plan('bus-2', 'bus-10')], [], rides, vehicles));
    expect(now[0]).toBe(before[0]);
    expect(now[1]).toBe(before[1]);
  });

  it('are new ones where a ride, a stop or the vehicle has changed', () => {
    const boarded = rides.map((each) =>
      each.ride_id === 'b' ? { ...each, state: 'RIDE_STATE_ABOARD' as const } : each,
    );
    const now = keepingSame(before, rowsOf([plan('bus-2', 'bus-10')], [], boarded, vehicles));
    expect(now[0]).toBe(before[0]);
    expect(now[1]?.bars[0]?.ride.state).toBe('RIDE_STATE_ABOARD');

    const away = vehicles.map((vehicle) => ({ ...vehicle, out_of_service: true }));
    const broken = keepingSame(before, rowsOf([plan('bus-2', 'bus-10')], [], rides, away));
    expect(broken[0]?.outOfService).toBe(true);

    const longer = plan('bus-2', 'bus-10');
    const [tour] = longer.tours;
    if (tour) tour.end_time = at('21:00');
    expect(keepingSame(before, rowsOf([longer], [], rides, vehicles))[0]).not.toBe(before[0]);
  });
});
