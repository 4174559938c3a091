import { describe, expect, it } from 'vitest';
import { pathOf, STATIONS, tourDay } from './tour';

const BERLIN = 'Europe/Berlin';

describe('the day of the tours', () => {
  it.each([
    ['2026-03-18T08:00:00Z', '2026-03-18'],
    ['2026-03-18T10:00:00Z', '2026-03-19'],
    ['2026-03-20T12:00:00Z', '2026-03-23'],
    ['2026-03-21T08:00:00Z', '2026-03-23'],
    ['2026-03-21T23:30:00Z', '2026-03-23'],
    ['2026-03-17T23:30:00Z', '2026-03-18'],
  ])('at %s is %s', (now, day) => {
    expect(tourDay(new Date(now), BERLIN)).toBe(day);
  });
});

it('goes only where there is a page', () => {
  const now = new Date('2026-03-18T08:00:00Z');
  expect(STATIONS.map((station) => pathOf(station, now, BERLIN))).toEqual([
    null,
    '/desk',
    '/map',
    '/timeline',
    '/containers',
    '/tours?day=2026-03-18',
    null,
  ]);
});
