import { describe, expect, it } from 'vitest';
import { hoursAt, MOST_HOUR_PX, scaleOf, scrollAfterZoom, ticksOf, withinZoom } from './scale';

const at = (time: string) => Date.parse(`2021-11-23T${time}:00Z`);

describe('scale', () => {
  it('has full hours with room on both sides', () => {
    const scale = scaleOf([at('06:10'), at('19:45')], at('00:00'));
    expect(scale).toEqual({ startMs: at('05:00'), hours: 16 });
    expect(hoursAt(scale, at('06:30'))).toBe(1.5);
  });

  it('is there on days on which nobody drives', () => {
    expect(scaleOf([], at('05:20'))).toEqual({ startMs: at('05:00'), hours: 16 });
  });

  it('writes as many times as there is room for', () => {
    const scale = { startMs: at('06:00'), hours: 4 };
    expect(ticksOf(scale, 64)).toHaveLength(4);
    expect(ticksOf(scale, 32)).toEqual([at('06:00'), at('08:00')]);
    expect(ticksOf(scale, 300)).toHaveLength(16);
    expect(ticksOf(scale, 1)).toHaveLength(1);
  });

  it('keeps what is under the pointer where it is', () => {
    const after = scrollAfterZoom(300, 150, 100, 200);
    expect((after + 150) / 200).toBe((300 + 150) / 100);
    expect(scrollAfterZoom(0, 400, 100, 50)).toBe(0);
    expect(withinZoom(1e6)).toBe(MOST_HOUR_PX);
  });
});
