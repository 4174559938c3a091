import type { PoolingPlan, PoolingRide, PoolingTour, PoolingTourPath, PoolingVehicle } from '@/api/schema';

/** A ride in its row, on the lane where it covers no other. */
export interface Bar {
  ride: PoolingRide;
  lane: number;
  startMs: number;
  endMs: number;
  /** How much later it could be before its promise breaks, in seconds; less than zero where it is broken. */
  slackS: number;
}

export interface Span {
  startMs: number;
  endMs: number;
}

/** One vehicle on one day. */
export interface Row {
  vehicleId: string;
  name: string;
  kind: PoolingVehicle['kind'];
  outOfService: boolean;
  shifts: (Span & { shiftId: string })[];
  breaks: Span[];
  /** What it still drives; within its shifts and outside of these and breaks it waits. */
  drives: Span[];
  /** When somebody gets on or off. */
  stops: Span[];
  bars: Bar[];
  laneCount: number;
}

const SHOWN = new Set(['RIDE_STATE_BOOKED', 'RIDE_STATE_ABOARD', 'RIDE_STATE_COMPLETED']);

/** Vehicles with a shift or a ride on the day, by name; rides that do not take place are left out. */
export function rowsOf(
  plans: readonly PoolingPlan[],
  paths: readonly PoolingTourPath[],
  rides: readonly PoolingRide[],
  vehicles: readonly PoolingVehicle[],
): Row[] {
  const known = new Map(vehicles.map((vehicle) => [vehicle.vehicle_id, vehicle]));
  const rows = new Map<string, Row>();
  const rowOf = (vehicleId: string, kind: PoolingVehicle['kind']) => {
    const vehicle = known.get(vehicleId);
    const row = rows.get(vehicleId) ?? {
      vehicleId,
      name: vehicle?.name || vehicleId,
      kind: vehicle?.kind ?? kind,
      outOfService: vehicle?.out_of_service ?? false,
      shifts: [],
      breaks: [],
      drives: [],
      stops: [],
      bars: [],
      laneCount: 1,
    };
    rows.set(vehicleId, row);
    return row;
  };
  for (const tour of plans.flatMap((plan) => plan.tours))
    addTour(rowOf(tour.vehicle_id, tour.vehicle_kind), tour);
  for (const path of paths) {
    for (const leg of path.legs) {
      const span = spanOf(leg.departure_time, leg.arrival_time);
      if (span && span.endMs > span.startMs) rows.get(path.vehicle_id)?.drives.push(span);
    }
  }
  for (const ride of rides) {
    const span = SHOWN.has(ride.state) && spanOf(ride.pickup_time, ride.dropoff_time);
    // One that no vehicle takes has no row: the page tells of it beside them.
    if (!span || !ride.vehicle_id) continue;
    const bar = { ride, lane: 0, ...span, slackS: slackOf(ride) };
    rowOf(ride.vehicle_id, 'VEHICLE_KIND_UNSPECIFIED').bars.push(bar);
  }
  const ordered = [...rows.values()].sort((one, other) =>
    one.name.localeCompare(other.name, undefined, { numeric: true }),
  );
  for (const row of ordered) layInLanes(row);
  return ordered;
}

function addTour(row: Row, tour: PoolingTour): void {
  const shift = spanOf(tour.start_time, tour.end_time);
  if (shift) row.shifts.push({ ...shift, shiftId: tour.shift_id });
  for (const stop of tour.stops) {
    const span = spanOf(stop.arrival_time, stop.departure_time);
    if (span) (stop.action === 'STOP_ACTION_BREAK' ? row.breaks : row.stops).push(span);
  }
}

function spanOf(start: string | undefined, end: string | undefined): Span | null {
  const [startMs, endMs] = [Date.parse(start ?? ''), Date.parse(end ?? '')];
  return Number.isFinite(startMs) && Number.isFinite(endMs) ? { startMs, endMs } : null;
}

/** The smaller of what is left until the end of the pickup window and until the latest arrival. */
export function slackOf(ride: PoolingRide): number {
  const until = (limit: string | undefined, planned: string | undefined) =>
    (Date.parse(limit ?? '') - Date.parse(planned ?? '')) / 1000;
  const left = [until(ride.promise?.latest_arrival, ride.dropoff_time)];
  // Whoever is aboard was picked up already.
  if (ride.state === 'RIDE_STATE_BOOKED')
    left.push(until(ride.promise?.pickup_window?.latest, ride.pickup_time));
  const told = left.filter(Number.isFinite);
  return told.length > 0 ? Math.min(...told) : 0;
}

/** Each ride on the first lane that is free by then. */
function layInLanes(row: Row): void {
  row.bars.sort(
    (one, other) => one.startMs - other.startMs || one.ride.ride_id.localeCompare(other.ride.ride_id),
  );
  const freeFrom: number[] = [];
  for (const bar of row.bars) {
    const free = freeFrom.findIndex((instant) => instant <= bar.startMs);
    bar.lane = free < 0 ? freeFrom.length : free;
    freeFrom[bar.lane] = bar.endMs;
  }
  row.laneCount = Math.max(1, freeFrom.length);
}

/** Rows as they are now; those in which nothing changed are the ones from before, which need no drawing. */
export function keepingSame(before: readonly Row[], now: readonly Row[]): Row[] {
  const known = new Map(before.map((row) => [row.vehicleId, row]));
  return now.map((row) => {
    const same = known.get(row.vehicleId);
    return same && isSame(same, row) ? same : row;
  });
}

function isSame(one: Row, other: Row): boolean {
  return (
    one.name === other.name &&
    one.kind === other.kind &&
    one.outOfService === other.outOfService &&
    areSame(one.shifts, other.shifts, (a, b) => a.shiftId === b.shiftId && isSameSpan(a, b)) &&
    areSame(one.breaks, other.breaks, isSameSpan) &&
    areSame(one.drives, other.drives, isSameSpan) &&
    areSame(one.stops, other.stops, isSameSpan) &&
    areSame(one.bars, other.bars, (a, b) => a.ride === b.ride && a.lane === b.lane)
  );
}

function isSameSpan(one: Span, other: Span): boolean {
  return one.startMs === other.startMs && one.endMs === other.endMs;
}

function areSame<T>(ones: readonly T[], others: readonly T[], alike: (one: T, other: T) => boolean): boolean {
  return (
    ones.length === others.length &&
    ones.every((one, at) => {
      const other = others[at];
      return other !== undefined && alike(one, other);
    })
  );
}

export interface Found {
  rowIndex: number;
  bar: Bar;
}

export function findBar(rows: readonly Row[], rideId: string | null): Found | null {
  if (rideId === null) return null;
  for (const [rowIndex, row] of rows.entries()) {
    const bar = row.bars.find(({ ride }) => ride.ride_id === rideId);
    if (bar) return { rowIndex, bar };
  }
  return null;
}

/** The ride that an arrow key leads to; itself where there is none in that direction. */
export function neighbour(rows: readonly Row[], from: Found, key: string): Bar {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const bars = rows[from.rowIndex]?.bars ?? [];
    const place = bars.findIndex(({ ride }) => ride.ride_id === from.bar.ride.ride_id);
    return bars[place + (key === 'ArrowRight' ? 1 : -1)] ?? from.bar;
  }
  const step = key === 'ArrowDown' ? 1 : -1;
  for (let index = from.rowIndex + step; index >= 0 && index < rows.length; index += step) {
    const near = nearest(rows[index]?.bars ?? [], from.bar.startMs);
    if (near) return near;
  }
  return from.bar;
}

/** The ride that begins nearest to an instant. */
export function nearest(bars: readonly Bar[], instantMs: number): Bar | null {
  let best: Bar | null = null;
  for (const bar of bars) {
    if (!best || Math.abs(bar.startMs - instantMs) < Math.abs(best.startMs - instantMs)) best = bar;
  }
  return best;
}
