import { describe, expect, it } from 'vitest';
import type { WasteYard } from '@/api/schema';
import { clockOf, draftOf, newYard, nextKey, spanOf, yardOf } from './draft';

const KEPT: WasteYard = {
  yard_id: 'hof',
  sub_account_id: 'amt',
  name: 'Hof Nord',
  position: { latitude_deg: 53.5, longitude_deg: 13.3 },
  opening_hours: [{ iso_weekdays: [6], opens_at: '08:00', closes_at: '12:00' }],
  bay_count: 8,
  stay_duration_min: 12,
  public: true,
  sensors: [{ device_id: 'loop-1', role: 'YARD_SENSOR_ROLE_ENTRY' }],
  time_zone: 'Europe/Vienna',
};

describe('a yard in the form', () => {
  it('comes out as it went in, with what the form does not show', () => {
    const { yard_id, ...rest } = KEPT;
    expect(draftOf(KEPT).yardId).toBe(yard_id);
    expect(yardOf(draftOf(KEPT), KEPT)).toEqual(rest);
  });

  it('is open every day where no weekday is told', () => {
    const always = { ...KEPT, opening_hours: [{ iso_weekdays: [], opens_at: '', closes_at: '' }] };
    expect(yardOf(draftOf(always), always)?.opening_hours).toEqual([
      { iso_weekdays: [1, 2, 3, 4, 5, 6, 7], opens_at: '00:00', closes_at: '24:00' },
    ]);
  });

  it('is not to be saved while something is missing', () => {
    const spot = { key: 'p', label: 'Markt', kind: 'address', position: KEPT.position! };
    const whole = { ...newYard('amt'), yardId: 'hof', name: 'Hof', spot };
    expect(yardOf(whole, null)).not.toBeNull();
    expect(yardOf({ ...whole, spot: null }, null)).toBeNull();
    expect(yardOf({ ...whole, yardId: 'mit Leerzeichen' }, null)).toBeNull();
    expect(yardOf({ ...whole, name: ' ' }, null)).toBeNull();
    const sensor = { key: 0, deviceId: 'loop-1', role: 'YARD_SENSOR_ROLE_BOTH' as const };
    expect(yardOf({ ...whole, sensors: [sensor, { ...sensor, key: 1 }] }, null)).toBeNull();
    expect(yardOf({ ...whole, sensors: [{ ...sensor, deviceId: '' }] }, null)).toBeNull();
  });
});

describe('opening hours', () => {
  it.each([
    ['8', '08:00'],
    ['8:30', '08:30'],
    ['0830', '08:30'],
    ['17.00', '17:00'],
    ['24:00', '24:00'],
    ['24:30', null],
    ['8:60', null],
    ['früh', null],
  ])('%j is %j', (text, clock) => {
    expect(clockOf(text)).toBe(clock);
  });

  it('end after they begin, on some day', () => {
    const span = { key: 0, weekdays: [2, 1], opens: '8', closes: '12' };
    expect(spanOf(span)).toEqual({ iso_weekdays: [1, 2], opens_at: '08:00', closes_at: '12:00' });
    expect(spanOf({ ...span, closes: '8:00' })).toBeNull();
    expect(spanOf({ ...span, weekdays: [] })).toBeNull();
  });
});

it('a new entry has a key that none has', () => {
  expect(nextKey([])).toBe(0);
  expect(nextKey([{ key: 3 }, { key: 1 }])).toBe(4);
});
