import { describe, expect, it } from 'vitest';
import { secondsOf } from './duration';
import { addDays, daysBetween, instantOf, isoDate, serviceDate, weekdayOf } from './local_time';
import { formatFor } from './written';

const BERLIN = 'Europe/Berlin';
const NOW = new Date('2026-11-24T09:00:00Z');

describe('format', () => {
  const [german, english] = [formatFor('de', BERLIN), formatFor('en', BERLIN)];

  it('writes times by the clock of the district', () => {
    expect(german.time('2026-11-24T13:30:00Z')).toBe('14:30');
    expect(german.dayAndTime('2026-11-25T23:30:00Z', NOW)).toBe('übermorgen 00:30');
    expect(english.dayAndTime('2026-11-25T06:30:00Z', NOW)).toBe('tomorrow 07:30');
    expect(german.day('2026-11-27T10:00:00Z', NOW)).toMatch(/^Fr\., 27\.11\./);
  });

  it('writes measures as people say them', () => {
    expect(german.duration(65 * 60)).toBe('1 Std. 5 Min.');
    expect(english.duration(60 * 60)).toBe('1 hr');
    expect(german.distance(348)).toBe('350 m');
    expect(german.distance(4230)).toBe('4,2 km');
    expect(german.weight(348)).toBe('350 g');
    expect(german.weight(1248)).toBe('1,2 kg');
    expect(german.money(290, 'EUR').replace(/\s/g, ' ')).toBe('2,90 €');
    expect(secondsOf('420s')).toBe(420);
    expect(secondsOf(undefined)).toBe(0);
  });
});

describe('days', () => {
  it('begin at three in the morning', () => {
    expect(serviceDate(new Date('2026-11-24T01:59:00Z'), BERLIN)).toBe('2026-11-23');
    expect(serviceDate(new Date('2026-11-24T02:00:00Z'), BERLIN)).toBe('2026-11-24');
  });

  it('are counted over months, years and changes of the clock', () => {
    expect(isoDate(addDays({ year: 2026, month: 12, day: 31 }, 1))).toBe('2027-01-01');
    expect(daysBetween({ year: 2026, month: 10, day: 24 }, { year: 2026, month: 10, day: 26 })).toBe(2);
    expect(weekdayOf({ year: 2026, month: 11, day: 29 })).toBe(7);
    expect(instantOf({ year: 2026, month: 7, day: 1, hour: 12, minute: 0 }, BERLIN).toISOString()).toBe(
      '2026-07-01T10:00:00.000Z',
    );
  });
});
