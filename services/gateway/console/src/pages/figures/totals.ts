import type { PoolingDayFigures } from '@/api/schema';
import { secondsOf } from '@/i18n/duration';
import { type Grain, periodOf } from './periods';

/** What a period's days come to together. */
export interface Totals {
  period: string;
  requests: number;
  refused: number;
  refusedBy: Readonly<Record<string, number>>;
  booked: number;
  cancelled: number;
  noShows: number;
  boarded: number;
  completed: number;
  pooled: number;
  brokenPromises: number;
  waitS: number;
  drivenM: number;
  emptyM: number;
  directM: number;
  co2G: number;
  carCo2G: number;
}

/** Nothing happened. */
export function nothing(period: string): Totals {
  return {
    period,
    requests: 0,
    refused: 0,
    refusedBy: {},
    booked: 0,
    cancelled: 0,
    noShows: 0,
    boarded: 0,
    completed: 0,
    pooled: 0,
    brokenPromises: 0,
    waitS: 0,
    drivenM: 0,
    emptyM: 0,
    directM: 0,
    co2G: 0,
    carCo2G: 0,
  };
}

function plus(totals: Totals, day: PoolingDayFigures): Totals {
  const refusedBy = { ...totals.refusedBy };
  for (const { code, count } of day.refused_by_reason) refusedBy[code] = (refusedBy[code] ?? 0) + count;
  return {
    period: totals.period,
    requests: totals.requests + day.request_count,
    refused: totals.refused + day.refused_count,
    refusedBy,
    booked: totals.booked + day.booked_count,
    cancelled: totals.cancelled + day.cancelled_count,
    noShows: totals.noShows + day.no_show_count,
    boarded: totals.boarded + day.boarded_count,
    completed: totals.completed + day.completed_count,
    pooled: totals.pooled + day.pooled_count,
    brokenPromises: totals.brokenPromises + day.broken_promise_count,
    waitS: totals.waitS + secondsOf(day.total_wait_duration),
    drivenM: totals.drivenM + day.driven_distance_m,
    emptyM: totals.emptyM + day.empty_distance_m,
    directM: totals.directM + day.direct_distance_m,
    co2G: totals.co2G + day.co2_g,
    carCo2G: totals.carCo2G + day.car_co2_g,
  };
}

/** Days put together into periods, in order; periods without a day are there, too. */
export function totalsOf(
  days: readonly PoolingDayFigures[],
  periods: readonly string[],
  grain: Grain,
): readonly Totals[] {
  const found = new Map(periods.map((period) => [period, nothing(period)]));
  for (const day of days) {
    const totals = found.get(periodOf(day.service_date, grain));
    if (totals) found.set(totals.period, plus(totals, day));
  }
  return [...found.values()];
}

/** All days together. */
export function sumOf(days: readonly PoolingDayFigures[]): Totals {
  return days.reduce(plus, nothing(''));
}

/** A part of a whole; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Of a length, to a tenth. */
export function kilometresOf(lengthM: number): number {
  return Math.round(lengthM / 100) / 10;
}
