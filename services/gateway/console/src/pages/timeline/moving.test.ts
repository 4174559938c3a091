import { describe, expect, it } from 'vitest';
import type { PoolingMove } from '@/api/schema';
import { formatFor } from '@/i18n/written';
import { messages } from './messages';
import { bestByVehicle, inOrder, priceOf } from './moving';

function move(
  shift: string,
  vehicle: string,
  seconds: number,
  changes: Partial<PoolingMove> = {},
): PoolingMove {
  return {
    shift_id: shift,
    vehicle_id: vehicle,
    current: false,
    possible: true,
    added_driving: `${seconds}s`,
    added_distance_m: seconds * 10,
    reasons: [],
    ...changes,
  };
}

describe('moves', () => {
  it('begin with the least driving, and end with what is not possible', () => {
    const none = move('none', 'bus-1', 0, { possible: false });
    const moves = [none, move('more', 'bus-2', 300), move('less', 'bus-3', -60)];
    expect(inOrder(moves).map(({ shift_id }) => shift_id)).toEqual(['less', 'more', 'none']);
  });

  it('give each vehicle its best shift, and the ride its own', () => {
    const best = bestByVehicle([
      move('late', 'bus-1', 500),
      move('early', 'bus-1', 100),
      move('other', 'bus-2', 10),
      move('own', 'bus-2', 90, { current: true }),
    ]);
    expect([...best.values()].map(({ shift_id }) => shift_id).sort()).toEqual(['early', 'own']);
  });

  it('have a price with its sign', () => {
    const format = formatFor('en', 'Europe/Berlin');
    expect(priceOf(move('a', 'b', 240), messages.en, format)).toBe('+4 mins of driving, +2.4 km');
    expect(priceOf(move('a', 'b', -60), messages.en, format)).toBe('−1 min of driving, −600 m');
  });
});
