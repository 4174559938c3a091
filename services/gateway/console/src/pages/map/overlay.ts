import type { LayerSpecification } from '@maplibre/maplibre-gl-style-spec';
import type { Feature, FeatureCollection } from 'geojson';
import type { Position } from './geometry';
import type { LayerId, MapObject, ObjectLayer } from './objects';
import type { Colours } from './symbols';

export const SOURCES = [
  'paths',
  'closures',
  'stops',
  'benches',
  'cars',
  'containers',
  'rides',
  'chosen',
  'drawn',
] as const;
export type SourceId = (typeof SOURCES)[number];

const FONT = ['Inter Variable', 'Segoe UI', 'Roboto', 'Noto Sans', 'DejaVu Sans', 'sans-serif'];

/** Which layers of the engine a layer of the page consists of. */
export const PARTS: Record<LayerId, readonly string[]> = {
  // On a sheet of its own.
  vehicles: [],
  paths: ['paths', 'paths-chosen'],
  rides: ['rides'],
  closures: ['closures-area', 'closures-line', 'closures'],
  containers: ['containers'],
  stops: ['stops-far', 'stops'],
  benches: ['benches'],
  cars: ['cars'],
};

/** Layers that can be clicked, the topmost first. */
export const PICKED = ['rides', 'closures', 'closures-line', 'containers', 'cars', 'benches', 'stops'];

/** Everything above the base map; sources have the same names as the layers that show them. */
export function overlay(c: Colours, halo: string): LayerSpecification[] {
  const mark = (id: SourceId, minzoom: number, size: [number, number] = [0.75, 1]): LayerSpecification => ({
    id,
    type: 'symbol',
    source: id,
    minzoom,
    layout: {
      'icon-image': ['get', 'picture'],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 11, size[0], 15, size[1]],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  });
  return [
    {
      id: 'paths',
      type: 'line',
      source: 'paths',
      filter: ['!', ['get', 'chosen']],
      // Neither caps nor round corners: hundreds of ways, none of them wide enough to show the difference.
      layout: { 'line-cap': 'butt', 'line-join': 'bevel' },
      paint: {
        'line-color': c.accent,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 1, 14, 2.4],
        'line-opacity': 0.55,
      },
    },
    {
      id: 'paths-chosen',
      type: 'line',
      source: 'paths',
      filter: ['get', 'chosen'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': c.accent,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 4, 14, 5],
        'line-opacity': 0.95,
      },
    },
    {
      id: 'closures-area',
      type: 'fill',
      source: 'closures',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': ['match', ['get', 'picture'], 'closed', c.bad, c.warn], 'fill-opacity': 0.18 },
    },
    {
      id: 'closures-line',
      type: 'line',
      source: 'closures',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: {
        'line-color': ['match', ['get', 'picture'], 'closed', c.bad, c.warn],
        'line-width': 4,
        'line-dasharray': [1.6, 1],
      },
    },
    {
      id: 'stops-far',
      type: 'circle',
      source: 'stops',
      minzoom: 10.5,
      maxzoom: 13,
      paint: { 'circle-radius': 2, 'circle-color': c.good, 'circle-opacity': 0.7 },
    },
    mark('stops', 13),
    mark('benches', 11),
    mark('cars', 10),
    mark('containers', 10, [0.62, 1]),
    mark('rides', 11),
    { ...mark('closures', 9, [0.8, 1]), filter: ['==', ['geometry-type'], 'Point'] } as LayerSpecification,
    {
      id: 'chosen',
      type: 'circle',
      source: 'chosen',
      paint: {
        'circle-radius': 19,
        'circle-color': c.accent,
        'circle-opacity': 0.16,
        'circle-stroke-color': c.accent,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'drawn-line',
      type: 'line',
      source: 'drawn',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': c.bad, 'line-width': 4, 'line-dasharray': [1.6, 1] },
    },
    {
      id: 'drawn',
      type: 'symbol',
      source: 'drawn',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'icon-image': 'corner', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id: 'chosen-name',
      type: 'symbol',
      source: 'chosen',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 13,
        'text-anchor': 'top',
        'text-offset': [0, 1.6],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': c.text, 'text-halo-color': halo, 'text-halo-width': 2 },
    },
  ];
}

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

function point(id: string, position: Position, properties: Record<string, unknown>): Feature {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: position },
    properties: { id, ...properties },
  };
}

const AMPELS: Record<string, string> = {
  AMPEL_GREEN: 'container-green',
  AMPEL_YELLOW: 'container-yellow',
  AMPEL_RED: 'container-red',
};

/** The picture of anything that does not move. */
export function pictureOf(object: MapObject): string {
  switch (object.layer) {
    case 'rides':
      return object.stop.action === 'STOP_ACTION_DROPOFF' ? 'dropoff' : 'pickup';
    case 'closures':
      return object.change.speed_share > 0 ? 'slowed' : 'closed';
    case 'containers':
      return AMPELS[object.state.ampel] ?? 'container-unknown';
    case 'stops':
      return 'stop';
    case 'benches':
      return 'bench';
    case 'cars':
      return 'car';
    case 'vehicles':
      return (object.live?.aboard_ride_ids.length ?? 0) > 0 ? 'vehicle-busy' : 'vehicle-free';
  }
}

/** A source's content, for all that does not move. */
export function featuresOf(
  layer: Exclude<ObjectLayer, 'vehicles'>,
  objects: readonly MapObject[],
): FeatureCollection {
  const features = objects.flatMap((object) => {
    const picture = pictureOf(object);
    const mark = point(object.id, object.position, { picture });
    return object.layer === 'closures' ? [outline(object.id, object.path, picture), mark] : [mark];
  });
  // Symbols of one layer are drawn in this order: what is urgent lies on top.
  if (layer === 'containers') features.sort((one, other) => urgency(one) - urgency(other));
  return collection(features);
}

function urgency(feature: Feature): number {
  return ['container-green', 'container-unknown', 'container-yellow', 'container-red'].indexOf(
    String(feature.properties?.picture),
  );
}

/** What was drawn: an area where it comes back to its beginning, else a line. */
export function outline(id: string, path: readonly Position[], picture: string): Feature {
  const [first, last] = [path[0], path.at(-1)];
  const closed = path.length > 3 && first && last && first[0] === last[0] && first[1] === last[1];
  return {
    type: 'Feature',
    geometry: closed
      ? { type: 'Polygon', coordinates: [[...path]] }
      : { type: 'LineString', coordinates: [...path] },
    properties: { id, picture },
  };
}
