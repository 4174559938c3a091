import type { WasteTour, WasteTourChange, WasteTourStop } from '@/api/schema';
import type { Kind, Report } from './reports';

/** A truck's tour, as the services last told it. */
export interface KeptTour {
  tour: WasteTour;
  /** What the depot changed since the driver looked, oldest first. */
  changes: readonly WasteTourChange[];
  /** By the phone's clock. */
  received: number;
}

export interface TourManifest {
  done: readonly WasteTourStop[];
  next: WasteTourStop | null;
  later: readonly WasteTourStop[];
  /** Expected to be on the truck now, in kilograms. */
  loaded_kg: number;
}

const STATE_AFTER: Partial<Record<Kind, WasteTourStop['state']>> = {
  tour_arrive: 'TOUR_STOP_STATE_ARRIVED',
  emptied: 'TOUR_STOP_STATE_EMPTIED',
  unloaded: 'TOUR_STOP_STATE_UNLOADED',
  blocked: 'TOUR_STOP_STATE_BLOCKED',
};

const OPEN = new Set<WasteTourStop['state']>(['TOUR_STOP_STATE_PLANNED', 'TOUR_STOP_STATE_ARRIVED']);
const CATCHING_UP_MS = 10_000;
const MOST_CHANGES = 20;

const FOR_DRIVERS = new Set<WasteTourChange['kind']>([
  'TOUR_CHANGE_KIND_STOP_ADDED',
  'TOUR_CHANGE_KIND_STOP_REMOVED',
  'TOUR_CHANGE_KIND_STOP_MOVED',
  'TOUR_CHANGE_KIND_CANCELLED',
]);

/** The tour with what was told of it now; changes that were shown and not yet put away stay. */
export function keptTour(
  before: KeptTour | null,
  tour: WasteTour,
  changes: readonly WasteTourChange[],
  received: number,
): KeptTour {
  const same = before?.tour.tour_id === tour.tour_id ? before : null;
  const known = same?.tour.version ?? tour.version;
  const news = changes.filter((change) => change.version > known && FOR_DRIVERS.has(change.kind));
  return { tour, changes: [...(same?.changes ?? []), ...news].slice(-MOST_CHANGES), received };
}

/** What the driver has to do, with what was reported already. Of several reports about a stop the latest counts. */
export function tourManifestOf({ tour, received }: KeptTour, reports: readonly Report[]): TourManifest {
  const known = reports.filter(
    (report) =>
      'tour_id' in report.what &&
      report.what.tour_id === tour.tour_id &&
      (report.state === 'waiting' ||
        (report.state === 'taken' && received < (report.settled ?? 0) + CATCHING_UP_MS)),
  );
  const stops = tour.stops.map((stop) => withReports(stop, known));
  const open = stops.filter((stop) => OPEN.has(stop.state));
  // Where the truck stands comes first, whatever the order was.
  const standing = open.find((stop) => stop.state === 'TOUR_STOP_STATE_ARRIVED');
  const next = standing ?? open[0] ?? null;
  return {
    done: stops.filter((stop) => !OPEN.has(stop.state)),
    next,
    later: open.filter((stop) => stop !== next),
    loaded_kg: loadOf(stops),
  };
}

function withReports(stop: WasteTourStop, reports: readonly Report[]): WasteTourStop {
  let told = stop;
  for (const { what, time } of reports) {
    if (!('stop_id' in what) || what.stop_id !== stop.stop_id) continue;
    const state = STATE_AFTER[what.kind];
    if (!state || (state === 'TOUR_STOP_STATE_ARRIVED' && !OPEN.has(told.state))) continue;
    told = { ...told, state, ...(OPEN.has(state) ? {} : { done_time: new Date(time).toISOString() }) };
    if (what.kind === 'blocked') told = { ...told, blocked_reason: what.reason };
  }
  return told;
}

/** Since it was unloaded last. */
function loadOf(stops: readonly WasteTourStop[]): number {
  const done = stops
    .filter((stop) => stop.state === 'TOUR_STOP_STATE_EMPTIED' || stop.state === 'TOUR_STOP_STATE_UNLOADED')
    .sort((a, b) => Date.parse(a.done_time ?? '') - Date.parse(b.done_time ?? ''));
  const last = done.findLastIndex((stop) => stop.state === 'TOUR_STOP_STATE_UNLOADED');
  return done.slice(last + 1).reduce((total, stop) => total + stop.weight_kg, 0);
}
