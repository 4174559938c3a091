import type { Feature } from 'geojson';
import { type Placed, type Position, Roads } from './geometry';
import { plannedPlace, remaining, Settling, type TourPath } from './motion';
import type { VehicleObject } from './objects';

const SETTLING_MS = 900;
/** Of a whole day's ways nobody could tell one from the other. */
const SOON_MS = 3_600_000;
/** Farther off than this a vehicle jumps: it is another one's place, or a new day. */
const FARTHEST_GLIDE_DEG = 0.08;

interface Vehicle {
  object: VehicleObject;
  paths: readonly TourPath[];
  settling: Settling;
  /** What a driver told, newer than the plan that is known here. */
  told: Position | null;
  shown: Position;
}

export interface Moment {
  position: Position;
  bearing: number;
  moving: boolean;
}

/** A vehicle as the map shows it. */
export interface Mark extends Moment {
  id: string;
  name: string;
  aboardCount: number;
}

/** All vehicles, each where it is at any moment. */
export class Fleet {
  private vehicles = new Map<string, Vehicle>();

  /** Takes what the services told; vehicles already there glide to their new places. */
  know(objects: readonly VehicleObject[], paths: readonly TourPath[], nowMs: number): void {
    const by = new Map<string, TourPath[]>();
    for (const path of paths) by.set(path.vehicleId, [...(by.get(path.vehicleId) ?? []), path]);
    const known = new Map<string, Vehicle>();
    for (const object of objects) {
      const before = this.vehicles.get(object.vehicle.vehicle_id);
      const own = by.get(object.vehicle.vehicle_id) ?? [];
      const samePlan =
        before?.paths.length === own.length && own.every((path, at) => path === before.paths[at]);
      const vehicle: Vehicle = {
        object,
        paths: own,
        settling: before?.settling ?? new Settling(SETTLING_MS),
        // A report counts until a plan comes that knows of it.
        told: samePlan ? before.told : null,
        shown: object.position,
      };
      if (before) this.settle(vehicle, before.shown, nowMs);
      known.set(object.vehicle.vehicle_id, vehicle);
    }
    this.vehicles = known;
  }

  /** A driver reported to be somewhere. */
  told(vehicleId: string, position: Position, nowMs: number): void {
    const vehicle = this.vehicles.get(vehicleId);
    if (!vehicle) return;
    const shown = this.at(vehicle, nowMs).position;
    vehicle.told = position;
    this.settle(vehicle, shown, nowMs);
  }

  /** Every vehicle, as it is to be drawn. */
  marks(nowMs: number): Mark[] {
    return [...this.vehicles.values()].map((vehicle) => {
      const { position, bearing, moving } = this.at(vehicle, nowMs);
      vehicle.shown = position;
      const { id, live, name } = vehicle.object;
      return { id, name, position, bearing, moving, aboardCount: live?.aboard_ride_ids.length ?? 0 };
    });
  }

  /** What the chosen vehicle still drives today; of all others, what they drive soon, each road once. */
  lines(nowMs: number, chosenId: string | null): Feature[] {
    const soon = new Roads();
    const chosen: Position[][] = [];
    for (const { object, paths } of this.vehicles.values()) {
      for (const path of paths) {
        const from = plannedPlace(path, nowMs);
        if (object.id === chosenId) chosen.push(...remaining(path, from));
        else for (const line of remaining(path, from, nowMs + SOON_MS)) soon.add(line);
      }
    }
    return [
      {
        type: 'Feature',
        geometry: { type: 'MultiLineString', coordinates: soon.lines },
        properties: { chosen: false },
      },
      {
        type: 'Feature',
        geometry: { type: 'MultiLineString', coordinates: chosen },
        properties: { chosen: true },
      },
    ];
  }

  private at(vehicle: Vehicle, nowMs: number): Moment {
    if (vehicle.told) {
      return { position: vehicle.settling.shown(vehicle.told, nowMs), bearing: 0, moving: false };
    }
    const { place, moving } = planned(vehicle.paths, nowMs);
    const position = vehicle.settling.shown(place?.position ?? vehicle.object.position, nowMs);
    return { position, bearing: place?.bearing ?? 0, moving };
  }

  private settle(vehicle: Vehicle, shown: Position, nowMs: number): void {
    vehicle.settling.begin(shown, shown, Number.NEGATIVE_INFINITY);
    const known = this.at(vehicle, nowMs).position;
    const far = Math.max(Math.abs(known[0] - shown[0]), Math.abs(known[1] - shown[1]));
    if (far > 0 && far < FARTHEST_GLIDE_DEG) vehicle.settling.begin(shown, known, nowMs);
  }
}

/** On the tour that is driven now, or the last one before. */
function planned(paths: readonly TourPath[], nowMs: number): { place: Placed | null; moving: boolean } {
  let place: Placed | null = null;
  for (const path of paths) {
    const here = plannedPlace(path, nowMs);
    const leg = here && path.legs[here.leg];
    if (!here || !leg || (place && leg.departureMs > nowMs)) continue;
    place = here;
    if (leg.departureMs <= nowMs && nowMs < leg.arrivalMs) return { place, moving: true };
  }
  return { place, moving: false };
}
