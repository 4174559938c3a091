import { expect, test } from 'vitest';
import { toldFault } from './faults';

const WORDS = { gtfs: 'Fahrplan!', 'vehicles.place': 'Ort!', vehicles: 'Fahrzeuge!' };

test.each([
  ['gtfs', 'is empty', 'Fahrplan! (is empty)'],
  ['gtfs[1]', 'is empty', 'Fahrplan! (is empty)'],
  ['vehicles[2].place', 'is far', 'Ort! (is far)'],
  ['vehicles[0].kind', 'is none', 'Fahrzeuge! (is none)'],
  ['start', 'is early', 'is early'],
  ['gtfs', '', 'Fahrplan!'],
])('a fault of %s is told in own words first', (field, why, told) => {
  expect(toldFault(field, why, WORDS)).toBe(told);
  expect(toldFault(field, why, {})).toBe(why);
});
