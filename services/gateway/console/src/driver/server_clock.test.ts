import { describe, expect, test } from 'vitest';
import { ServerClock } from './server_clock';

const NOON = Date.UTC(2026, 10, 21, 12);
const at = (ms: number) => new Date(ms).toUTCString();

describe('the server’s clock', () => {
  test('is the phone’s until something was heard', () => {
    expect(new ServerClock(null, () => NOON).now()).toBe(NOON);
  });

  test.each([-200_000, -900, 0, 900, 200_000])(
    'is never later than it is, on a phone that is %i ms wrong',
    (wrong) => {
      let real = NOON + 300;
      const clock = new ServerClock(null, () => real + wrong);
      for (let answer = 0; answer < 20; answer += 1) {
        const asked = real + wrong;
        real += 137 * (answer % 5);
        const date = at(Math.floor(real / 1000) * 1000);
        real += 90;
        clock.hear(date, asked);
        expect(clock.now()).toBeLessThanOrEqual(real);
        real += 5_000 + 311 * answer;
      }
      expect(real - clock.now()).toBeLessThan(1_100);
    },
  );

  test('forgets what it knew when the phone’s clock is set', () => {
    let phone = NOON;
    const clock = new ServerClock(null, () => phone);
    clock.hear(at(NOON), phone);
    phone += 3_600_000;
    clock.hear(at(NOON + 1000), phone);
    expect(clock.now()).toBe(NOON + 1000);
  });

  test('a day that is played is no clock that goes wrong', () => {
    const clock = new ServerClock(null, () => NOON);
    clock.hear(at(NOON - 5 * 365 * 86_400_000), NOON);
    expect(clock.now()).toBe(NOON);
  });

  test('what was known is taken up again', () => {
    const before = new ServerClock(null, () => NOON);
    before.hear(at(NOON - 120_000), NOON);
    expect(new ServerClock(before.known(), () => NOON + 60_000).now()).toBe(NOON - 60_000);
  });

  test('an answer without a date changes nothing', () => {
    const clock = new ServerClock({ low: -5_000, high: -4_000 }, () => NOON);
    clock.hear(null, NOON);
    clock.hear('soon', NOON);
    expect(clock.known()).toEqual({ low: -5_000, high: -4_000 });
  });
});
