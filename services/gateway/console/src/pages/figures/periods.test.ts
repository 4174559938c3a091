import { describe, expect, it } from 'vitest';
import { periodOf, periodsIn, shortName, spanUpTo } from './periods';

describe('periods of figures', () => {
  it('begin on a Monday, or on the first', () => {
    expect(periodOf('2026-11-22', 'day')).toBe('2026-11-22');
    expect(periodOf('2026-11-22', 'week')).toBe('2026-11-16');
    expect(periodOf('2026-11-16', 'week')).toBe('2026-11-16');
    expect(periodOf('2026-11-22', 'month')).toBe('2026-11-01');
  });

  it('are whole ones, back from a day, over the turn of the year too', () => {
    expect(spanUpTo('2026-11-22', 'day')).toEqual({ first: '2026-10-23', last: '2026-11-22' });
    expect(spanUpTo('2026-11-22', 'week')).toEqual({ first: '2026-08-24', last: '2026-11-22' });
    expect(spanUpTo('2026-11-22', 'month')).toEqual({ first: '2025-12-01', last: '2026-11-22' });
    expect(spanUpTo('2026-12-05', 'month').first).toBe('2026-01-01');
  });

  it('are never more days than the service gives at once', () => {
    for (const last of ['2024-12-31', '2025-01-31', '2026-03-01']) {
      const { first } = spanUpTo(last, 'month');
      expect((Date.parse(last) - Date.parse(first)) / 86_400_000 + 1).toBeLessThanOrEqual(366);
    }
  });

  it('follow one another without a gap', () => {
    expect(periodsIn({ first: '2026-10-26', last: '2026-11-10' }, 'week')).toEqual([
      '2026-10-26',
      '2026-11-02',
      '2026-11-09',
    ]);
    expect(periodsIn(spanUpTo('2026-11-22', 'month'), 'month')).toHaveLength(12);
  });

  it('have the numbers that calendars print', () => {
    expect(shortName('2026-11-16', 'week', 'de')).toBe('KW 47');
    expect(shortName('2024-12-30', 'week', 'en')).toBe('W 1');
    expect(shortName('2020-12-28', 'week', 'de')).toBe('KW 53');
    expect(shortName('2026-11-23', 'day', 'de')).toBe('23.11.');
  });
});
