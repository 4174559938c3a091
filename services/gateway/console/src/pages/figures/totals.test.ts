import { describe, expect, it } from 'vitest';
import type { PoolingDayFigures } from '@/api/schema';
import { kilometresOf, shareOf, sumOf, totalsOf } from './totals';

const day = (service_date: string, more: Partial<PoolingDayFigures> = {}): PoolingDayFigures => ({
  zone_id: '',
  service_date,
  request_count: 10,
  refused_count: 2,
  refused_by_reason: [{ code: 'REFUSAL_CODE_NO_SEAT', count: 2 }],
  booked_count: 7,
  cancelled_count: 1,
  no_show_count: 1,
  boarded_count: 5,
  completed_count: 4,
  pooled_count: 2,
  broken_promise_count: 0,
  total_wait_duration: '300s',
  driven_distance_m: 40_000,
  empty_distance_m: 10_000,
  direct_distance_m: 30_000,
  co2_g: 8_000,
  car_co2_g: 4_800,
  ...more,
});

describe('figures', () => {
  it('count kilometres to a tenth, beginning with none', () => {
    expect([0, 40, 60, 40_060].map(kilometresOf)).toEqual([0, 0, 0.1, 40.1]);
  });

  it('are put together by period, in order, with none left out', () => {
    const days = [day('2026-11-15'), day('2026-11-16'), day('2026-11-17')];
    const weeks = totalsOf(days, ['2026-11-02', '2026-11-09', '2026-11-16'], 'week');
    expect(weeks.map((week) => [week.period, week.requests])).toEqual([
      ['2026-11-02', 0],
      ['2026-11-09', 10],
      ['2026-11-16', 20],
    ]);
  });

  it('sum up whatever the grain', () => {
    const days = [day('2026-11-15'), day('2026-11-16', { refused_by_reason: [] }), day('2026-12-01')];
    const all = sumOf(days);
    expect(all.refusedBy).toEqual({ REFUSAL_CODE_NO_SEAT: 4 });
    expect([all.requests, all.waitS, all.drivenM, all.co2G]).toEqual([30, 900, 120_000, 24_000]);
    const months = totalsOf(days, ['2026-11-01', '2026-12-01'], 'month');
    expect(months.reduce((sum, month) => sum + month.drivenM, 0)).toBe(all.drivenM);
  });

  it('know no share of nothing', () => {
    expect(shareOf(0, 0)).toBeNull();
    expect(shareOf(1, 4)).toBe(0.25);
  });
});
