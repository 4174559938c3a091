import { describe, expect, it } from 'vitest';
import type { PoolingShift } from '@/api/schema';
import type { Spot } from '@/places/spot';
import { draftOf, faultsOf, inputOf, NEW_SHIFT, rebased, withBreak } from './shift_form';

const ZONE = 'Europe/Berlin';
const DAY = '2026-03-10';
const BASE: Spot = {
  key: 'b',
  label: 'Depot',
  kind: 'address',
  position: { latitude_deg: 53.5, longitude_deg: 13.1 },
};
/** From 07:00:30 to 13:00 with a break of 90 seconds. */
const SHIFT = {
  shift_id: 's1',
  vehicle_id: 'bus',
  zone_id: 'nord',
  service_date: DAY,
  start_time: '2026-03-10T06:00:30Z',
  end_time: '2026-03-10T12:00:00Z',
  start: BASE.position,
  end: { latitude_deg: 53.6, longitude_deg: 13.2 },
  breaks: [
    {
      start_window: { earliest: '2026-03-10T09:00:10Z', latest: '2026-03-10T09:30:00Z' },
      duration: '90s',
    },
  ],
  etag: 'e1',
} as const satisfies Partial<Record<keyof PoolingShift, unknown>> as unknown as PoolingShift;

describe('a shift as it is typed', () => {
  it('is sent back to the second where nothing was touched', () => {
    const { shift_id, zone_id, service_date, ...rest } = SHIFT;
    expect(inputOf(draftOf(SHIFT, ZONE), DAY, ZONE, SHIFT)).toEqual(rest);
  });

  it('changes only what was typed', () => {
    const draft = draftOf(SHIFT, ZONE);
    const later = inputOf({ ...draft, until: '14:15' }, DAY, ZONE, SHIFT);
    expect(later?.start_time).toBe(SHIFT.start_time);
    expect(later?.end_time).toBe('2026-03-10T13:15:00.000Z');
    const [rest] = draft.breaks;
    const other = inputOf({ ...draft, breaks: rest ? [{ ...rest, minutes: 20 }] : [] }, DAY, ZONE, SHIFT);
    expect(other?.breaks).toEqual([
      {
        start_window: { earliest: '2026-03-10T09:00:00.000Z', latest: '2026-03-10T09:30:00.000Z' },
        duration: '1200s',
      },
    ]);
  });

  it('stays typed when somebody else changes the shift meanwhile', () => {
    const changed: PoolingShift = {
      ...SHIFT,
      vehicle_id: 'other',
      end_time: '2026-03-10T14:00:00Z',
      breaks: [],
      etag: 'e2',
    };
    const before = draftOf(SHIFT, ZONE);
    const typed = {
      ...before,
      until: '12:30',
      start: { ...BASE, position: { latitude_deg: 53, longitude_deg: 13 } },
    };
    const draft = rebased(typed, before, draftOf(changed, ZONE));
    expect(draft).toEqual({ ...typed, vehicleId: 'other', breaks: [] });
    expect(inputOf(draft, DAY, ZONE, changed)).toMatchObject({
      etag: 'e2',
      start_time: SHIFT.start_time,
      end_time: '2026-03-10T11:30:00.000Z',
      breaks: [],
    });
    expect(rebased(before, before, draftOf(changed, ZONE))).toEqual(draftOf(changed, ZONE));
  });

  it('needs a vehicle and a place, and ends where it starts', () => {
    expect(inputOf({ ...NEW_SHIFT, vehicleId: 'bus' }, DAY, ZONE, null)).toBeNull();
    expect(inputOf({ ...NEW_SHIFT, start: BASE }, DAY, ZONE, null)).toBeNull();
    const made = inputOf({ ...NEW_SHIFT, vehicleId: 'bus', start: BASE }, DAY, ZONE, null);
    expect(made?.start).toEqual(made?.end);
  });

  it('goes on into the night, on the last day of a month as well', () => {
    const night = { ...NEW_SHIFT, vehicleId: 'bus', start: BASE, from: '20:00', until: '1:30' };
    expect(inputOf(night, '2026-03-31', ZONE, null)?.end_time).toBe('2026-03-31T23:30:00.000Z');
    expect(inputOf({ ...night, until: '4.30' }, DAY, ZONE, null)?.end_time).toBe('2026-03-11T03:30:00.000Z');
    expect(faultsOf({ ...night, until: '19:00' }, DAY, ZONE).until).toBe('endBeforeStart');
    expect(faultsOf({ ...night, from: '25', until: 'x' }, DAY, ZONE)).toMatchObject({
      from: 'badTime',
      until: 'badTime',
    });
  });

  it('has breaks within it', () => {
    const draft = withBreak({ ...NEW_SHIFT, vehicleId: 'bus', start: BASE }, DAY, ZONE);
    const [first] = draft.breaks;
    if (!first) throw new Error('no break');
    expect(first).toMatchObject({ from: '10:00', until: '10:00', minutes: 30 });
    expect(inputOf(draft, DAY, ZONE, null)?.breaks).toHaveLength(1);
    expect(withBreak(draft, DAY, ZONE).breaks.map(({ key }) => key)).toEqual([0, 1]);
    const faultOf = (changes: Partial<typeof first>) => {
      const wrong = { ...draft, breaks: [{ ...first, ...changes }] };
      expect(inputOf(wrong, DAY, ZONE, null)).toBeNull();
      return faultsOf(wrong, DAY, ZONE).breaks.get(first.key);
    };
    expect(faultOf({ from: '' })).toEqual({ from: 'badTime' });
    expect(faultOf({ until: '9:00' })).toEqual({ until: 'breakReversed' });
    expect(faultOf({ from: '6:59' })).toEqual({ from: 'breakTooSoon' });
    expect(faultOf({ until: '12:31' })).toEqual({ until: 'breakOutside' });
  });
});
