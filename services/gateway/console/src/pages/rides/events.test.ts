import { describe, expect, it } from 'vitest';
import type { PoolingRide, PoolingRideState } from '@/api/schema';
import { rideFact, withState } from './events';

const ride = (ride_id: string, state: PoolingRideState = 'RIDE_STATE_BOOKED') =>
  ({ ride_id, state }) as PoolingRide;

const event = (type: string, fact?: Record<string, string>) => ({
  id: '1',
  type,
  data: JSON.stringify({ fact }),
});

describe('an event about a ride', () => {
  it('tells its state, where it changes nothing else', () => {
    const fact = { ride_id: 'a', service_date: '2021-11-23' };
    expect(rideFact(event('PassengerBoarded', fact))).toEqual({
      rideId: 'a',
      serviceDate: '2021-11-23',
      state: 'RIDE_STATE_ABOARD',
    });
    expect(rideFact(event('RideMoved', fact))).toBeNull();
  });

  it('is nothing where it names no ride', () => {
    expect(rideFact(event('PassengerBoarded', { zone_id: 'z' }))).toBeNull();
    expect(rideFact(event('PassengerBoarded'))).toBeNull();
  });
});

describe('a list of rides', () => {
  it('stays the same where nothing changes, for what is drawn from it', () => {
    const rides = [ride('a'), ride('b', 'RIDE_STATE_ABOARD')];
    expect(withState(rides, 'b', 'RIDE_STATE_ABOARD')).toBe(rides);
    expect(withState(rides, 'unknown', 'RIDE_STATE_ABOARD')).toBe(rides);
  });

  it('changes one ride only', () => {
    const rides = [ride('a'), ride('b')];
    const after = withState(rides, 'b', 'RIDE_STATE_COMPLETED');
    expect(after[0]).toBe(rides[0]);
    expect(after[1]?.state).toBe('RIDE_STATE_COMPLETED');
    expect(rides[1]?.state).toBe('RIDE_STATE_BOOKED');
  });
});
