import type { MultiLineString } from 'geojson';
import { describe, expect, it } from 'vitest';
import { Fleet } from './fleet';
import { tourPath } from './motion';
import type { VehicleObject } from './objects';

const bus: VehicleObject = {
  layer: 'vehicles',
  id: 'vehicle bus',
  name: 'Bus',
  position: [13.2, 53.5],
  vehicle: {
    vehicle_id: 'bus',
    zone_id: 'nord',
    name: 'Bus',
    kind: 'VEHICLE_KIND_ANRUFBUS',
    layouts: [],
    out_of_service: false,
  },
  tours: [],
  live: undefined,
};
const at = (clock: string) => Date.parse(`2026-01-05T${clock}Z`);
const path = () =>
  tourPath({
    vehicle_id: 'bus',
    shift_id: 's',
    legs: [
      {
        stop_id: 'a',
        departure_time: '2026-01-05T08:00:00Z',
        arrival_time: '2026-01-05T08:10:00Z',
        // From 53.5 to 53.6 degrees north.
        polyline: '_fpeI_cqoA_pR?',
      },
    ],
  });

function latitude(fleet: Fleet, nowMs: number): number {
  return fleet.marks(nowMs)[0]?.position[1] ?? Number.NaN;
}

/** How many lines there are: of what is driven soon, and of the chosen vehicle. */
function drawn(fleet: Fleet, nowMs: number, chosenId: string | null): number[] {
  return fleet.lines(nowMs, chosenId).map(({ geometry }) => (geometry as MultiLineString).coordinates.length);
}

describe('a fleet', () => {
  it('stands where it was seen last as long as nothing is planned', () => {
    const fleet = new Fleet();
    fleet.know([bus], [], at('08:00:00'));
    expect(fleet.marks(at('08:00:00'))).toEqual([
      { id: 'vehicle bus', name: 'Bus', position: [13.2, 53.5], bearing: 0, moving: false, aboardCount: 0 },
    ]);
    expect(drawn(fleet, at('08:00:00'), null)).toEqual([0, 0]);
  });

  it('drives as planned', () => {
    const fleet = new Fleet();
    fleet.know([bus], [path()], at('07:00:00'));
    expect(latitude(fleet, at('08:05:00'))).toBeCloseTo(53.55, 3);
    expect(fleet.marks(at('08:05:00'))[0]).toMatchObject({ moving: true, bearing: 0 });
    expect(drawn(fleet, at('08:05:00'), bus.id)).toEqual([0, 1]);
    expect(drawn(fleet, at('08:05:00'), null)).toEqual([1, 0]);
    expect(drawn(fleet, at('06:00:00'), null)).toEqual([0, 0]);
  });

  it('glides to where a driver reports to be, and stays until a plan knows of it', () => {
    const fleet = new Fleet();
    const planned = path();
    fleet.know([bus], [planned], at('08:05:00'));
    fleet.marks(at('08:05:00'));
    fleet.told('bus', [13.2, 53.6], at('08:05:00'));
    expect(latitude(fleet, at('08:05:00'))).toBeCloseTo(53.55, 3);
    expect(latitude(fleet, at('08:05:02'))).toBeCloseTo(53.6, 5);
    fleet.know([bus], [planned], at('08:05:03'));
    expect(latitude(fleet, at('08:05:05'))).toBeCloseTo(53.6, 5);
    fleet.know([bus], [path()], at('08:06:00'));
    expect(latitude(fleet, at('08:06:05'))).toBeCloseTo(53.561, 2);
  });

  it('forgets who is no longer told of', () => {
    const fleet = new Fleet();
    fleet.know([bus], [], at('08:00:00'));
    fleet.know([], [], at('08:00:00'));
    expect(fleet.marks(at('08:00:00'))).toEqual([]);
  });
});
