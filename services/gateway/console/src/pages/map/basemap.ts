import type {
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from '@maplibre/maplibre-gl-style-spec';
import { DARK, LIGHT, type Palette } from './palette';

/** What the gateway tells of its tiles. */
export interface TileJson {
  tiles: string[];
  bounds: [number, number, number, number];
  minzoom: number;
  maxzoom: number;
  attribution: string;
}

/** Names of fonts on the reader's machine: MapLibre draws letters itself, so that no server of fonts is needed. */
const REGULAR = ['Inter Variable', 'Segoe UI', 'Roboto', 'Noto Sans', 'DejaVu Sans', 'sans-serif'];

const SOURCE = 'district';

const kindIs = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]];

/** Widths in pixels by zoom, growing evenly in between as streets do. */
const widths = (...stops: [number, number][]): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.6],
  ['zoom'],
  ...stops.flat(),
];

interface RoadClass {
  id: string;
  kinds: string[];
  colour: (palette: Palette) => string;
  minzoom: number;
  width: [number, number][];
}

const ROADS: RoadClass[] = [
  {
    id: 'service',
    kinds: ['service', 'pedestrian'],
    colour: (p) => p.minor,
    minzoom: 14,
    width: [
      [14, 1],
      [18, 8],
    ],
  },
  {
    id: 'minor',
    kinds: ['minor'],
    colour: (p) => p.minor,
    minzoom: 11,
    width: [
      [11, 0.6],
      [14, 2.6],
      [18, 15],
    ],
  },
  {
    id: 'tertiary',
    kinds: ['tertiary'],
    colour: (p) => p.minor,
    minzoom: 10,
    width: [
      [10, 0.8],
      [14, 4],
      [18, 18],
    ],
  },
  {
    id: 'secondary',
    kinds: ['secondary'],
    colour: (p) => p.secondary,
    minzoom: 9,
    width: [
      [9, 0.8],
      [14, 5],
      [18, 20],
    ],
  },
  {
    id: 'primary',
    kinds: ['primary'],
    colour: (p) => p.primary,
    minzoom: 7,
    width: [
      [7, 0.8],
      [14, 6],
      [18, 22],
    ],
  },
  {
    id: 'trunk',
    kinds: ['trunk', 'motorway'],
    colour: (p) => p.motorway,
    minzoom: 5,
    width: [
      [5, 0.8],
      [14, 7],
      [18, 26],
    ],
  },
];

function land(p: Palette): LayerSpecification[] {
  const fill = (id: string, colour: string, ...kinds: string[]): LayerSpecification => ({
    id: `land-${id}`,
    type: 'fill',
    source: SOURCE,
    'source-layer': 'land',
    filter: kindIs(...kinds),
    paint: { 'fill-color': colour, 'fill-antialias': false },
  });
  return [
    fill('settlement', p.settlement, 'settlement'),
    fill('business', p.business, 'business', 'campus', 'parking'),
    fill('grass', p.grass, 'grass', 'park', 'cemetery'),
    fill('garden', p.garden, 'garden'),
    fill('wetland', p.wetland, 'wetland'),
    fill('bare', p.bare, 'bare'),
    fill('wood', p.wood, 'wood'),
    fill('pitch', p.pitch, 'pitch'),
  ];
}

function water(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'water',
      type: 'fill',
      source: SOURCE,
      'source-layer': 'water',
      paint: { 'fill-color': p.water },
    },
    {
      id: 'waterway',
      type: 'line',
      source: SOURCE,
      'source-layer': 'waterway',
      paint: {
        'line-color': p.waterLine,
        'line-width': [
          'interpolate',
          ['linear'],
          ['zoom'],
          9,
          ['match', ['get', 'kind'], 'river', 1, 0.3],
          16,
          ['match', ['get', 'kind'], 'river', 5, 2],
        ],
      },
    },
  ];
}

function roads(p: Palette): LayerSpecification[] {
  const common = { type: 'line', source: SOURCE, 'source-layer': 'road' } as const;
  const shape = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      ...common,
      id: 'road-track',
      minzoom: 13,
      filter: kindIs('track', 'path'),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': p.track,
        'line-width': widths([13, 0.5], [18, 3]),
        'line-dasharray': [3, 1.5],
      },
    },
    ...ROADS.map(
      (road): LayerSpecification => ({
        ...common,
        id: `road-${road.id}-edge`,
        minzoom: Math.max(road.minzoom, 11),
        filter: kindIs(...road.kinds),
        layout: shape,
        paint: {
          'line-color': p.casing,
          'line-width': widths(...road.width.map(([zoom, px]): [number, number] => [zoom, px + 1.4])),
        },
      }),
    ),
    ...ROADS.map(
      (road): LayerSpecification => ({
        ...common,
        id: `road-${road.id}`,
        minzoom: road.minzoom,
        filter: kindIs(...road.kinds),
        layout: shape,
        paint: { 'line-color': road.colour(p), 'line-width': widths(...road.width) },
      }),
    ),
    {
      ...common,
      id: 'road-ferry',
      filter: kindIs('ferry'),
      paint: { 'line-color': p.waterText, 'line-width': 1.2, 'line-dasharray': [4, 3] },
    },
    {
      id: 'rail',
      type: 'line',
      source: SOURCE,
      'source-layer': 'rail',
      paint: { 'line-color': p.rail, 'line-width': widths([8, 0.8], [14, 1.8], [18, 4]) },
    },
    {
      id: 'rail-sleepers',
      type: 'line',
      source: SOURCE,
      'source-layer': 'rail',
      minzoom: 12,
      filter: kindIs('rail'),
      paint: {
        'line-color': p.ground,
        'line-width': widths([12, 0.6], [18, 2.4]),
        'line-dasharray': [5, 5],
      },
    },
  ];
}

function labels(p: Palette): LayerSpecification[] {
  const halo = { 'text-halo-color': p.halo, 'text-halo-width': 1.4 } as const;
  return [
    {
      id: 'label-water',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'waterway',
      minzoom: 12,
      filter: ['has', 'name'],
      layout: {
        'symbol-placement': 'line',
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': 12,
      },
      paint: { 'text-color': p.waterText, ...halo },
    },
    {
      id: 'label-road',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'road',
      minzoom: 14,
      filter: ['has', 'name'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': ['interpolate', ['linear'], ['zoom'], 14, 11, 18, 14],
      },
      paint: { 'text-color': p.softText, ...halo },
    },
    {
      id: 'label-ref',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'road',
      minzoom: 10,
      filter: ['has', 'ref'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-rotation-alignment': 'viewport',
        'text-field': ['get', 'ref'],
        'text-font': REGULAR,
        'text-size': 11,
      },
      paint: { 'text-color': p.softText, 'text-halo-color': p.secondary, 'text-halo-width': 2.5 },
    },
    {
      id: 'label-number',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'address',
      minzoom: 17,
      layout: { 'text-field': ['get', 'number'], 'text-font': REGULAR, 'text-size': 11 },
      paint: { 'text-color': p.softText, ...halo },
    },
    {
      id: 'label-poi',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'poi',
      minzoom: 15,
      filter: ['!', kindIs('stop')],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-size': 11.5,
        'text-max-width': 8,
        'text-padding': 12,
      },
      paint: { 'text-color': p.poi, ...halo },
    },
    {
      id: 'label-lake',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'place',
      filter: kindIs('water'),
      layout: { 'text-field': ['get', 'name'], 'text-font': REGULAR, 'text-size': 13, 'text-max-width': 6 },
      paint: { 'text-color': p.waterText, ...halo },
    },
    {
      id: 'label-place',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'place',
      maxzoom: 16,
      filter: ['!', kindIs('water')],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': REGULAR,
        'text-max-width': 8,
        'text-padding': 6,
        'symbol-sort-key': ['match', ['get', 'kind'], 'town', 0, 'village', 1, 'suburb', 2, 3],
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          8,
          ['match', ['get', 'kind'], 'town', 13, 10],
          14,
          ['match', ['get', 'kind'], 'town', 21, 'village', 15, 13],
        ],
      },
      paint: {
        'text-color': ['match', ['get', 'kind'], ['town', 'village'], p.text, p.softText],
        ...halo,
        'text-halo-width': 1.8,
      },
    },
  ];
}

/** The map below everything that moves: calm, so that what is on it stands out. */
export function basemap(tiles: TileJson, dark: boolean, origin: string): StyleSpecification {
  const p = dark ? DARK : LIGHT;
  return {
    version: 8,
    sources: {
      [SOURCE]: {
        type: 'vector',
        tiles: tiles.tiles.map((path) =>
          new URL(path, origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}'),
        ),
        minzoom: tiles.minzoom,
        maxzoom: tiles.maxzoom,
        bounds: tiles.bounds,
        attribution: tiles.attribution,
      },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': p.ground } },
      ...land(p),
      ...water(p),
      {
        id: 'building',
        type: 'fill',
        source: SOURCE,
        'source-layer': 'building',
        minzoom: 13,
        paint: { 'fill-color': p.building, 'fill-outline-color': p.buildingEdge },
      },
      {
        id: 'boundary',
        type: 'line',
        source: SOURCE,
        'source-layer': 'boundary',
        paint: { 'line-color': p.boundary, 'line-width': 1, 'line-dasharray': [5, 3], 'line-opacity': 0.7 },
      },
      ...roads(p),
      ...labels(p),
    ],
  };
}
