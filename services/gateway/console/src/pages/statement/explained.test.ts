import { describe, expect, it } from 'vitest';
import { explainedOf, linesOf } from './explained';

const JSON_TOLD = JSON.stringify({
  lines: [
    { product_id: 'day', rides: ['a', 'b'], name: { de: 'Tagesticket', en: 'Day ticket' } },
    { product_id: 'single', rides: ['c'], name: { de: 'Einzelticket', en: 'Single ticket' } },
    { product_id: 'bike', rides: ['a'], name: { de: 'Rad', en: 'Bicycle' } },
  ],
});

describe('a statement explained', () => {
  it('is nothing where nothing is told', () => {
    expect(explainedOf('')).toBeNull();
  });

  it('says by which tickets a ride is paid', () => {
    const explained = explainedOf(JSON_TOLD);
    expect(explained && linesOf(explained, 'a').map((line) => line.product_id)).toEqual(['day', 'bike']);
    expect(explained && linesOf(explained, 'unknown')).toEqual([]);
  });
});
