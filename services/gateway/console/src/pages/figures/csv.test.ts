import { describe, expect, it } from 'vitest';
import type { PoolingDayFigures, WasteDayFigures } from '@/api/schema';
import { ridesCsv, wasteCsv } from './csv';

describe('figures as a table for spreadsheets', () => {
  it('have a line a day and a column for every reason that was given', () => {
    const quiet = { service_date: '2026-11-15', refused_by_reason: [], total_wait_duration: '0s' };
    const busy = {
      service_date: '2026-11-16',
      refused_by_reason: [{ code: 'REFUSAL_CODE_NO_SEAT', count: 3 }],
      total_wait_duration: '120s',
      request_count: 5,
    };
    const lines = ridesCsv([quiet, busy] as unknown as PoolingDayFigures[])
      .trimEnd()
      .split('\r\n');
    const [names = [], first = [], second = []] = lines.map((line) => line.split(','));
    expect(lines).toHaveLength(3);
    expect(new Set([names.length, first.length, second.length]).size).toBe(1);
    expect(names.at(-1)).toBe('refused_no_seat');
    expect([first.at(-1), second.at(-1)]).toEqual(['0', '3']);
    expect(second[names.indexOf('total_wait_s')]).toBe('120');
    expect(second[names.indexOf('request_count')]).toBe('5');
  });

  it('tell of containers, too', () => {
    const day: WasteDayFigures = {
      service_date: '2026-11-16',
      emptied_count: 4,
      half_empty_count: 1,
      overflow_count: 2,
      weight_kg: 350.5,
    };
    expect(wasteCsv([day])).toBe(
      'service_date,emptied_count,overflow_count,half_empty_count,weight_kg\r\n2026-11-16,4,2,1,350.5\r\n',
    );
  });
});
