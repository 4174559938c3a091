import { type Measured, measured, type Placed, type Position, placeAlong } from './geometry';
import { positionsOf } from './polyline';

/** What a vehicle still drives: legs in order, as the plan has them. */
export interface Leg {
  stopId: string;
  departureMs: number;
  arrivalMs: number;
  line: Measured;
}

export interface TourPath {
  vehicleId: string;
  shiftId: string;
  legs: readonly Leg[];
}

interface ToldLeg {
  stop_id: string;
  departure_time?: string;
  arrival_time?: string;
  polyline: string;
}

export function tourPath(told: { vehicle_id: string; shift_id: string; legs: readonly ToldLeg[] }): TourPath {
  return {
    vehicleId: told.vehicle_id,
    shiftId: told.shift_id,
    legs: told.legs.map((leg) => ({
      stopId: leg.stop_id,
      departureMs: Date.parse(leg.departure_time ?? ''),
      arrivalMs: Date.parse(leg.arrival_time ?? ''),
      line: wayOf(leg.polyline),
    })),
  };
}

const MOST_WAYS = 20_000;
const ways = new Map<string, Measured>();

/** Plans are asked for again and again, and most of their ways are those of before. */
function wayOf(polyline: string): Measured {
  const known = ways.get(polyline);
  if (known) return known;
  const way = measured(positionsOf(polyline));
  if (ways.size >= MOST_WAYS) ways.clear();
  ways.set(polyline, way);
  return way;
}

/**
 * Where a vehicle is by its plan: on the way of the leg it drives now, else where the last one ended.
 *
 * Drivers report stops, not positions: in between, the plan is the best that is known.
 */
export function plannedPlace(path: TourPath, nowMs: number): (Placed & { leg: number }) | null {
  let found: (Placed & { leg: number }) | null = null;
  for (const [number, leg] of path.legs.entries()) {
    if (leg.departureMs > nowMs && found) return found;
    const span = leg.arrivalMs - leg.departureMs;
    const share = span > 0 ? (nowMs - leg.departureMs) / span : 1;
    const place = placeAlong(leg.line, share);
    if (place) found = { ...place, leg: number };
    if (nowMs < leg.arrivalMs) return found;
  }
  return found;
}

/** What is still to be driven from a place on, of what begins before `untilMs`. */
export function remaining(
  path: TourPath,
  from: (Placed & { leg: number }) | null,
  untilMs = Number.POSITIVE_INFINITY,
): Position[][] {
  return path.legs.slice(from?.leg ?? 0).flatMap((leg, number) => {
    if (leg.departureMs >= untilMs) return [];
    const rest =
      number === 0 && from
        ? [from.position, ...leg.line.positions.slice(from.corner + 1)]
        : [...leg.line.positions];
    return rest.length > 1 ? [rest] : [];
  });
}

/** Leads the eye from where something was shown to where it turned out to be, instead of a jump. */
export class Settling {
  private gap: Position = [0, 0];
  private sinceMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly durationMs: number) {}

  /** What is known has changed: it was shown at one place, and is at another. */
  begin(shown: Position, known: Position, nowMs: number): void {
    this.gap = [shown[0] - known[0], shown[1] - known[1]];
    this.sinceMs = nowMs;
  }

  /** Where to show what is known to be at this place. */
  shown(known: Position, nowMs: number): Position {
    const left = 1 - (nowMs - this.sinceMs) / this.durationMs;
    if (left <= 0) return known;
    return [known[0] + this.gap[0] * left, known[1] + this.gap[1] * left];
  }
}
