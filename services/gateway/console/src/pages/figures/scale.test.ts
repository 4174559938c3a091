import { describe, expect, it } from 'vitest';
import { highestOf, namedEvery, scaleTo } from './scale';

describe('the scale of a plot', () => {
  it('ends above the highest column, with round lines', () => {
    expect(scaleTo(37, 4, true)).toEqual({ top: 40, ticks: [0, 10, 20, 30, 40] });
    expect(scaleTo(0.62, 1, false).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    for (const highest of [1, 3, 7, 12, 99, 101, 12_345, 0.001])
      expect(scaleTo(highest, 1, false).top).toBeGreaterThanOrEqual(highest);
  });

  it('has no halves where they mean nothing', () => {
    expect(scaleTo(1, 4, true).ticks).toEqual([0, 1]);
    expect(scaleTo(3, 4, true).ticks).toEqual([0, 1, 2, 3]);
  });

  it('is there where there is nothing to show', () => {
    expect(scaleTo(0, 4, true)).toEqual({ top: 4, ticks: [0, 1, 2, 3, 4] });
  });

  it('fits stacks and neighbours', () => {
    const columns = [
      [2, 3],
      [4, null],
    ];
    expect(highestOf(columns, true)).toBe(5);
    expect(highestOf(columns, false)).toBe(4);
    expect(highestOf([], true)).toBe(0);
  });

  it('names as many columns as there is room for', () => {
    expect(namedEvery(31, 600, 50)).toBe(3);
    expect(namedEvery(12, 900, 60)).toBe(1);
    expect(namedEvery(5, 0, 60)).toBe(300);
  });
});
