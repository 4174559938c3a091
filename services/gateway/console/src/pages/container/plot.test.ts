import { describe, expect, it } from 'vitest';
import { plotOf } from './plot';

const FRAME = { width: 500, height: 220, left: 50, right: 50, top: 10, bottom: 10 };
const HOUR = 3_600_000;
const START = Date.parse('2026-11-21T00:00:00Z');

const level = (hour: number, level_share: number) => ({
  measure_time: new Date(START + hour * HOUR).toISOString(),
  level_share,
  volume_l: 0,
});
const coming = (hour: number, median: number, lower: number, upper: number) => ({
  time: new Date(START + hour * HOUR).toISOString(),
  median_share: median,
  lower_80_share: lower,
  upper_80_share: upper,
  overflow_probability: 0,
});

describe('plotOf', () => {
  it('spreads measurements and forecast over the whole frame', () => {
    const plot = plotOf([level(0, 0), level(5, 0.5)], [coming(10, 1, 0.5, 1)], START + 5 * HOUR, [], FRAME);
    expect(plot.measured).toBe('M50.0,210.0L250.0,110.0');
    expect(plot.median).toBe('M450.0,10.0');
    expect(plot.band).toBe('M450.0,10.0L450.0,110.0Z');
    expect(plot.now).toBe(250);
  });

  it('draws no line where nothing was measured for long', () => {
    const plot = plotOf([level(0, 0.2), level(1, 0.2), level(30, 0.4)], [], START + 30 * HOUR, [], FRAME);
    expect(plot.measured.match(/M/g)).toHaveLength(2);
  });

  it('makes room above full where it may overflow, up to half as much again', () => {
    const over = plotOf([], [coming(1, 1, 0.9, 1.1)], START, [], FRAME);
    expect(over.shares.map(({ value }) => value)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    const far = plotOf([], [coming(1, 3, 2, 9)], START, [], FRAME);
    expect(far.shares.at(-1)?.value).toBe(1.5);
    expect(far.median).toBe('M450.0,10.0');
  });

  it('names only days that can be told apart', () => {
    const days = Array.from({ length: 20 }, (_, day) => START + day * 24 * HOUR);
    const plot = plotOf([level(0, 0), level(19 * 24, 1)], [], START + 19 * 24 * HOUR, days, FRAME);
    const gaps = plot.days.slice(1).map(({ at }, index) => at - (plot.days[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
    expect(plot.days.length).toBeGreaterThan(3);
  });

  it('draws nothing of nothing', () => {
    const plot = plotOf([], [], START, [], FRAME);
    expect([plot.measured, plot.median, plot.band]).toEqual(['', '', '']);
  });
});
