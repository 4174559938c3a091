import { describe, expect, it } from 'vitest';
import type { WasteTourStop } from '@/api/schema';
import { moved } from './tour';

const stop = (stop_id: string, state: WasteTourStop['state'] = 'TOUR_STOP_STATE_PLANNED') =>
  ({ stop_id, state }) as WasteTourStop;

describe('moved', () => {
  const stops = [stop('a'), stop('b'), stop('c')];

  it('puts a stop behind the one that comes to stand before it', () => {
    expect(moved(stops, 2, -1)).toEqual({ move: { stop_id: 'c', after_stop_id: 'a' } });
    expect(moved(stops, 1, -1)).toEqual({ move: { stop_id: 'b', after_stop_id: '' } });
    expect(moved(stops, 0, 1)).toEqual({ move: { stop_id: 'a', after_stop_id: 'b' } });
  });

  it('goes nowhere beyond the ends', () => {
    expect(moved(stops, 0, -1)).toBeNull();
    expect(moved(stops, 2, 1)).toBeNull();
  });

  it('leaves what is done where it is', () => {
    const begun = [stop('a', 'TOUR_STOP_STATE_EMPTIED'), stop('b'), stop('c')];
    expect(moved(begun, 1, -1)).toBeNull();
    expect(moved(begun, 0, 1)).toBeNull();
    expect(moved(begun, 2, -1)).toEqual({ move: { stop_id: 'c', after_stop_id: 'a' } });
  });
});
