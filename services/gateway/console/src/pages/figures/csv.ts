import type { PoolingDayFigures, WasteDayFigures } from '@/api/schema';
import { secondsOf } from '@/i18n/duration';

/** Longer than a browser takes to begin a download. */
const KEPT_URL_MS = 60_000;
/** Spreadsheets take bytes for their own old ones without it. */
const BYTE_ORDER_MARK = '\uFEFF';

type Column<Day> = readonly [name: string, value: (day: Day) => number | string];

const RIDE_COLUMNS: readonly Column<PoolingDayFigures>[] = [
  ['request_count', (day) => day.request_count],
  ['refused_count', (day) => day.refused_count],
  ['booked_count', (day) => day.booked_count],
  ['cancelled_count', (day) => day.cancelled_count],
  ['no_show_count', (day) => day.no_show_count],
  ['boarded_count', (day) => day.boarded_count],
  ['completed_count', (day) => day.completed_count],
  ['pooled_count', (day) => day.pooled_count],
  ['broken_promise_count', (day) => day.broken_promise_count],
  ['total_wait_s', (day) => secondsOf(day.total_wait_duration)],
  ['total_ride_s', (day) => secondsOf(day.total_ride_duration)],
  ['total_direct_s', (day) => secondsOf(day.total_direct_duration)],
  ['driven_distance_m', (day) => day.driven_distance_m],
  ['empty_distance_m', (day) => day.empty_distance_m],
  ['direct_distance_m', (day) => day.direct_distance_m],
  ['co2_g', (day) => day.co2_g],
  ['car_co2_g', (day) => day.car_co2_g],
];

const WASTE_COLUMNS: readonly Column<WasteDayFigures>[] = [
  ['emptied_count', (day) => day.emptied_count],
  ['overflow_count', (day) => day.overflow_count],
  ['half_empty_count', (day) => day.half_empty_count],
  ['weight_kg', (day) => day.weight_kg],
];

/** Every day as one line, names and units as the service has them; refusals by reason behind. */
export function ridesCsv(days: readonly PoolingDayFigures[]): string {
  const codes = [
    ...new Set(days.flatMap((day) => day.refused_by_reason.map((each) => each.code as string))),
  ].sort();
  const byReason = codes.map(
    (code): Column<PoolingDayFigures> => [
      code.toLowerCase().replace('refusal_code_', 'refused_'),
      (day) => day.refused_by_reason.find((each) => each.code === code)?.count ?? 0,
    ],
  );
  return csvOf(days, [...RIDE_COLUMNS, ...byReason]);
}

/** Every day of containers as one line. */
export function wasteCsv(days: readonly WasteDayFigures[]): string {
  return csvOf(days, WASTE_COLUMNS);
}

function csvOf<Day extends { service_date: string }>(
  days: readonly Day[],
  columns: readonly Column<Day>[],
): string {
  const lines = [
    ['service_date', ...columns.map(([name]) => name)],
    ...days.map((day) => [day.service_date, ...columns.map(([, value]) => String(value(day)))]),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Hands a table to the browser as a file. */
export function download(name: string, csv: string): void {
  const url = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_URL_MS);
}
