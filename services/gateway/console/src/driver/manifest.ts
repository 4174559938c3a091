import type { CommonPosition, PoolingPlan, PoolingPlannedStop, PoolingTour } from '@/api/schema';
import type { Report } from './reports';

/** The tours of one vehicle, as the services last told them. */
export interface KeptPlan {
  vehicle_id: string;
  service_date: string;
  tours: readonly PoolingTour[];
  /** By the phone's clock. */
  received: number;
}

export interface Stop extends PoolingPlannedStop {
  /** Reported, but not known to the services yet. */
  reported: boolean;
  /** Nobody came. */
  missing: boolean;
  /** Where a passenger who boards wants to go. */
  to: string;
}

/** Stops that are one after another at the same place: the vehicle halts once. */
export interface Halt {
  key: string;
  label: string;
  position: CommonPosition;
  time: string;
  stops: readonly Stop[];
  /** The driver has said to be there. */
  arrived: boolean;
  /** Rests before it. */
  breaks: readonly PoolingPlannedStop[];
}

export interface Manifest {
  /** Nothing is left to be done at these. */
  done: readonly Halt[];
  next: Halt | null;
  later: readonly Halt[];
  /** How many are in the vehicle. */
  seated: number;
  wheelchairs: number;
  /** Of all of the day. */
  shifts: readonly { start: string; end: string; garage: CommonPosition | null }[];
}

export function keptPlan(plan: PoolingPlan, vehicleId: string, received: number): KeptPlan {
  const tours = plan.tours
    .filter((tour) => tour.vehicle_id === vehicleId)
    .sort((a, b) => Date.parse(a.start_time ?? '') - Date.parse(b.start_time ?? ''));
  return { vehicle_id: vehicleId, service_date: plan.service_date, tours, received };
}

/** Within this time after a report was taken, a plan may come that does not know it yet. */
const CATCHING_UP_MS = 10_000;

const DOES = {
  board: 'STOP_ACTION_PICKUP',
  no_show: 'STOP_ACTION_PICKUP',
  alight: 'STOP_ACTION_DROPOFF',
} as const;

/** What the driver has to do, with everything that was reported already, whether or not the services know it. */
export function manifestOf(plan: KeptPlan, reports: readonly Report[]): Manifest {
  const known = reports.filter((report) => counts(report, plan));
  const halts = plan.tours.flatMap((tour) => haltsOf(stopsOf(tour, known), arrivalsOf(tour, known)));
  const stops = halts.flatMap((halt) => halt.stops);
  const open = halts.filter(isOpen);
  const aboard = aboardOf(stops);
  return {
    done: halts.filter((halt) => !isOpen(halt)),
    next: open[0] ?? null,
    later: open.slice(1),
    seated: sum(aboard, (stop) => stop.party?.seated_count),
    wheelchairs: sum(aboard, (stop) => stop.party?.wheelchair_count),
    shifts: plan.tours.map((tour) => ({
      start: tour.start_time ?? '',
      end: tour.end_time ?? '',
      garage: tour.end ?? null,
    })),
  };
}

/** Rides that a newer plan has and the older one had not, and the other way round. */
export function changesBetween(
  before: KeptPlan,
  after: KeptPlan,
  reports: readonly Report[],
): { added: Halt[]; removed: Halt[] } {
  if (before.service_date !== after.service_date || before.vehicle_id !== after.vehicle_id)
    return { added: [], removed: [] };
  const pickups = (plan: KeptPlan) => {
    const { next, later } = manifestOf(plan, reports);
    return [next, ...later].flatMap((halt) => (halt ? boardingAt(halt) : []));
  };
  const [old, now] = [pickups(before), pickups(after)];
  // What was reported meanwhile is gone from what is ahead, too.
  const known = new Set(after.tours.flatMap((tour) => tour.stops.map((stop) => stop.ride_id)));
  const oldIds = new Set(old.map(({ stop }) => stop.ride_id));
  return {
    added: now.filter(({ stop }) => !oldIds.has(stop.ride_id)).map(({ halt }) => halt),
    removed: old.filter(({ stop }) => !known.has(stop.ride_id)).map(({ halt }) => halt),
  };
}

function boardingAt(halt: Halt): { halt: Halt; stop: Stop }[] {
  return halt.stops
    .filter((stop) => stop.action === 'STOP_ACTION_PICKUP')
    .map((stop) => ({ halt: { ...halt, stops: [stop] }, stop }));
}

/** Whether a report has to be shown beside what the plan says. */
function counts(report: Report, plan: KeptPlan): boolean {
  if (report.what.vehicle_id !== plan.vehicle_id || report.state === 'refused') return false;
  if (report.state === 'waiting') return true;
  return plan.received < (report.settled ?? 0) + CATCHING_UP_MS;
}

function stopsOf(tour: PoolingTour, reports: readonly Report[]): (Stop | PoolingPlannedStop)[] {
  const missing = new Set(reports.flatMap(({ what }) => (what.kind === 'no_show' ? [what.ride_id] : [])));
  return tour.stops
    .filter((stop) => stop.held_offer_id === '' && !stop.interrupted)
    .filter((stop) => !(missing.has(stop.ride_id) && stop.action === 'STOP_ACTION_DROPOFF'))
    .map((stop) => {
      if (stop.action === 'STOP_ACTION_BREAK') return stop;
      const reported = reports.some(
        ({ what }) =>
          'ride_id' in what && what.ride_id === stop.ride_id && DOES[what.kind] === stop.action && !stop.done,
      );
      return {
        ...stop,
        done: stop.done || reported,
        reported,
        missing: isMissing(stop, tour, missing),
        to: destinationOf(stop, tour),
      };
    });
}

/** Nobody came where it was reported; and where the ride was left without an end. */
function isMissing(stop: PoolingPlannedStop, tour: PoolingTour, reported: ReadonlySet<string>): boolean {
  if (stop.action !== 'STOP_ACTION_PICKUP') return false;
  const ends = tour.stops.some(
    (other) => other.ride_id === stop.ride_id && other.action === 'STOP_ACTION_DROPOFF',
  );
  return reported.has(stop.ride_id) || (stop.done && !ends);
}

function destinationOf(stop: PoolingPlannedStop, tour: PoolingTour): string {
  const end = tour.stops.find(
    (other) => other.ride_id === stop.ride_id && other.action === 'STOP_ACTION_DROPOFF',
  );
  return end?.point?.label ?? '';
}

/** The stops that the vehicle was reported to be at: by this phone, or by another one. */
function arrivalsOf(tour: PoolingTour, reports: readonly Report[]): Set<string> {
  const arrived = new Set(reports.flatMap(({ what }) => (what.kind === 'arrive' ? [what.stop_id] : [])));
  const next = tour.stops.find((stop) => !stop.done && stop.ride_id !== '');
  if (tour.arrived_time && next) arrived.add(next.stop_id);
  return arrived;
}

function haltsOf(stops: readonly (Stop | PoolingPlannedStop)[], arrived: ReadonlySet<string>): Halt[] {
  const halts: Halt[] = [];
  let breaks: PoolingPlannedStop[] = [];
  for (const stop of stops) {
    if (!('reported' in stop)) {
      breaks.push(stop);
      continue;
    }
    const last = halts.at(-1);
    // What is done and what is not are two halts: the vehicle comes back.
    if (last && breaks.length === 0 && samePlace(last, stop) && isOpen(last) === !stop.done) {
      halts[halts.length - 1] = {
        ...last,
        stops: [...last.stops, stop],
        arrived: last.arrived || arrived.has(stop.stop_id),
      };
      continue;
    }
    halts.push({
      key: stop.stop_id,
      label: stop.point?.label ?? '',
      position: stop.point?.position ?? { latitude_deg: 0, longitude_deg: 0 },
      time: stop.arrival_time ?? '',
      stops: [stop],
      arrived: arrived.has(stop.stop_id) || standsThere(halts, stop),
      breaks,
    });
    breaks = [];
  }
  return halts;
}

/** Somebody has got on or off at this very place just before: the vehicle is still there. */
function standsThere(halts: readonly Halt[], stop: Stop): boolean {
  const last = halts.at(-1);
  return Boolean(last && !isOpen(last) && samePlace(last, stop) && !stop.done);
}

function samePlace(halt: Halt, stop: Stop): boolean {
  const there = stop.point?.position;
  return (
    there?.latitude_deg === halt.position.latitude_deg && there?.longitude_deg === halt.position.longitude_deg
  );
}

function isOpen(halt: Halt): boolean {
  return halt.stops.some((stop) => !stop.done);
}

function aboardOf(stops: readonly Stop[]): Stop[] {
  const gone = new Set(
    stops.flatMap((stop) => (stop.action === 'STOP_ACTION_DROPOFF' && stop.done ? [stop.ride_id] : [])),
  );
  return stops.filter(
    (stop) => stop.action === 'STOP_ACTION_PICKUP' && stop.done && !stop.missing && !gone.has(stop.ride_id),
  );
}

function sum(stops: readonly Stop[], count: (stop: Stop) => number | undefined): number {
  return stops.reduce((total, stop) => total + (count(stop) ?? 0), 0);
}
