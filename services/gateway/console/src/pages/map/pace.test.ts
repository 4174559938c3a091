import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

/** What is said of the last of frames that come so many milliseconds after one another. */
function told(...spans: number[]): boolean {
  const pace = new Pace();
  let [now, slow] = [1000, pace.isSlow(1000)];
  for (const span of spans) {
    now += span;
    slow = pace.isSlow(now);
  }
  return slow;
}

describe('the pace of frames', () => {
  it('is slow when most frames take long', () => {
    expect(told(90, 100, 95, 110)).toBe(true);
    expect(told(16, 90, 16, 95, 100, 20, 95)).toBe(true);
  });

  it('is not slow for single frames that take long, nor for frames on time', () => {
    expect(told(16, 16, 300, 16, 17, 16, 200)).toBe(false);
    expect(told(33, 34, 33, 34, 33, 34, 33, 34)).toBe(false);
  });

  it('does not take a map that is held still for slow drawing', () => {
    expect(told(16, 900, 16, 1200, 16, 800, 16, 2000)).toBe(false);
    const pace = new Pace();
    for (const at of [0, 500, 1000, 1500, 2000, 2500]) {
      expect(pace.isSlow(at)).toBe(false);
      pace.rest();
    }
  });
});
