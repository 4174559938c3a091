import { describe, expect, it } from 'vitest';
import { FleetCanvas, type Paint, type View } from './FleetCanvas';
import { Fleet } from './fleet';
import type { VehicleObject } from './objects';

const vehicle = (id: string, longitude: number): VehicleObject => ({
  layer: 'vehicles',
  id: `vehicle ${id}`,
  name: id,
  position: [longitude, 53.5],
  vehicle: {
    vehicle_id: id,
    zone_id: 'nord',
    name: id,
    kind: 'VEHICLE_KIND_ANRUFBUS',
    layouts: [],
    out_of_service: false,
  },
  tours: [],
  live: undefined,
});

/** A canvas that notes which pictures were drawn on it. */
function canvas() {
  const drawn: unknown[] = [];
  const context = new Proxy(
    { drawImage: (picture: unknown) => drawn.push(picture) },
    { get: (known, name) => Reflect.get(known, name) ?? (() => undefined), set: () => true },
  );
  return { element: { getContext: () => context, hidden: false } as unknown as HTMLCanvasElement, drawn };
}

const paint: Paint = {
  pictures: new Map([['vehicle-free-still', { width: 68 } as HTMLCanvasElement]]),
  text: '#000',
  onAccent: '#fff',
  accent: '#00f',
  halo: '#fff',
};
/** A thousand pixels to a degree. */
const view: View = {
  zoom: 12,
  pixelOf: ([longitude, latitude]) => ({ x: (longitude - 13) * 1000, y: (54 - latitude) * 1000 }),
};

function sheet(...vehicles: VehicleObject[]) {
  const fleet = new Fleet();
  fleet.know(vehicles, [], 0);
  const { element, drawn } = canvas();
  const made = new FleetCanvas(element, fleet);
  made.resize(800, 800, 1);
  made.dress(paint);
  return { made, fleet, drawn };
}

describe('the sheet of vehicles', () => {
  it('is drawn when something is to be seen, and not again while nothing moves', () => {
    const { made, drawn } = sheet(vehicle('a', 13.2), vehicle('b', 13.4));
    expect(made.draw(view, 1000)).toBe(true);
    expect(drawn).toHaveLength(2);
    expect(made.draw(view, 2000)).toBe(false);
    made.touch();
    expect(made.draw(view, 3000)).toBe(true);
  });

  it('is drawn again for what moves in view, not for what moves elsewhere', () => {
    const { made, fleet } = sheet(vehicle('here', 13.2), vehicle('far', 15));
    made.draw(view, 0);
    fleet.told('far', [15.01, 53.5], 1000);
    expect(made.draw(view, 5000)).toBe(false);
    fleet.told('here', [13.21, 53.5], 6000);
    expect(made.draw(view, 9000)).toBe(true);
  });

  it('leaves out whoever is out of view', () => {
    const { made, drawn } = sheet(vehicle('here', 13.2), vehicle('far', 15));
    made.draw(view, 0);
    expect(drawn).toHaveLength(1);
  });

  it('knows which vehicle is at a place, and leads through all that stand on one spot', () => {
    const { made } = sheet(vehicle('a', 13.2), vehicle('b', 13.205));
    made.draw(view, 0);
    expect(made.at(203, 500, 16)).toBe('vehicle b');
    expect(made.at(190, 500, 12)).toBe('vehicle a');
    expect(made.at(300, 500, 16)).toBeNull();
    made.chosenId = 'vehicle b';
    expect(made.at(203, 500, 16)).toBe('vehicle a');
    made.chosenId = 'vehicle a';
    expect(made.at(203, 500, 16)).toBe('vehicle b');
    made.hidden = true;
    expect(made.at(203, 500, 16)).toBeNull();
    expect(made.draw(view, 1000)).toBe(false);
  });
});
