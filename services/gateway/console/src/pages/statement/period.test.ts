import { describe, expect, it } from 'vitest';
import { dayName, periodName, validName } from './period';

describe('periods', () => {
  it('are called by week or month', () => {
    expect(periodName('2026-W47', 'de')).toBe('KW 47 2026');
    expect(periodName('2026-W47', 'en')).toBe('Week 47, 2026');
    expect(periodName('2026-11', 'de')).toBe('November 2026');
    expect(periodName('2026-11', 'en')).toBe('November 2026');
  });

  it('that are none are shown as they are', () => {
    expect(periodName('', 'de')).toBe('');
    expect(dayName('someday', 'en')).toBe('someday');
  });

  it('begin on days with a weekday', () => {
    expect(dayName('2026-11-16', 'de')).toBe('Mo., 16.11.2026');
  });

  it('name what a ticket counts for', () => {
    expect(validName('2026-11', 'en')).toBe('November 2026');
    expect(validName('2026-11-16', 'en')).toBe('Mon, 16/11/2026');
    expect(validName('2026-11-16T08:00:00+01:00', 'de')).toBe('Mo., 16.11.2026');
  });
});
