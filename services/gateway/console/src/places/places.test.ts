import { describe, expect, it } from 'vitest';
import { folded, stopsMatching } from './places';

const stop = (label: string) => ({
  key: label,
  label,
  kind: 'virtual_stop',
  position: { latitude_deg: 53.5, longitude_deg: 13.3 },
});

describe('stops', () => {
  it.each([
    ['Müller-Straße', 'mueller strasse'],
    ['Gädebehn, Dorf', 'gaedebehn dorf'],
    ['Café Élan', 'cafe elan'],
    ['Łódź', 'łodz'],
  ])('%s is written in many ways', (label, expected) => {
    expect(folded(label)).toBe(expected);
  });

  it('are found by the beginnings of their words, those that begin so first', () => {
    const stops = ['Neubrandenburg, Bahnhof', 'Bahnhof Burg Stargard', 'Burg Stargard, Markt'].map(stop);
    expect(stopsMatching(stops, 'burg st').map(({ label }) => label)).toEqual([
      'Burg Stargard, Markt',
      'Bahnhof Burg Stargard',
    ]);
    expect(stopsMatching(stops, 'bahnh')).toHaveLength(2);
    expect(stopsMatching(stops, 'brandenburg')).toEqual([]);
    expect(stopsMatching(stops, '  ')).toEqual([]);
  });
});
