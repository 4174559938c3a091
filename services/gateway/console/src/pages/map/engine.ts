import type { StyleSpecification } from '@maplibre/maplibre-gl-style-spec';
import type { FeatureCollection } from 'geojson';
import {
  AttributionControl,
  type GeoJSONSource,
  Map as MapLibreMap,
  type MapMouseEvent,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { basemap, type TileJson } from './basemap';
import { FleetCanvas } from './FleetCanvas';
import type { Fleet } from './fleet';
import type { Position } from './geometry';
import type { LayerId } from './objects';
import { collection, EMPTY, outline, overlay, PARTS, PICKED, SOURCES, type SourceId } from './overlay';
import { Pace } from './pace';
import { coloursOf, PIXEL_RATIO, pictures, symbols } from './symbols';

setWorkerUrl(new URL(workerUrl, location.href).href);

/** Of the screen's pixels, in each direction, while the map is moved on a machine that is too slow for all. */
const COARSE = 0.5;
/** Drawn ways grow shorter behind their vehicles this often; after a plan has changed, sooner. */
const LINES_MS = 15_000;
const OLD_LINES_MS = 4_000;
/** Corners that nobody sees are left out before they are drawn; nothing of a way is seen beyond its tile's edge. */
const WAYS = { tolerance: 1, buffer: 16 };
/** In which one street is told from the next. */
const NEAR_ENOUGH_ZOOM = 14;
/** How often vehicles move; the rest of the time is for what is asked and clicked. */
const STEP_MS = 32;
/** For who wants little to move. */
const CALM_STEP_MS = 1000;
const HIT_PX = 8;
const VEHICLE_HIT_PX = 16;

interface Options {
  container: HTMLElement;
  /** Above it, for what moves. */
  sheet: HTMLCanvasElement;
  tiles: TileJson;
  fleet: Fleet;
  dark: boolean;
  /** What the engine's own buttons are called. */
  words: Record<string, string>;
  /** Something was clicked, or the bare ground. */
  onPick: (id: string | null) => void;
  /** While drawing: a corner was set. */
  onCorner: (position: Position) => void;
}

/** The map engine behind a few words of the page's own. Nothing here is rendered by React. */
export class DistrictMap {
  private readonly map: MapLibreMap;
  private readonly data = new Map<SourceId, FeatureCollection>();
  private readonly hidden = new Set<LayerId>();
  private readonly options: Options;
  private readonly vehicles: FleetCanvas;
  private frame = 0;
  private steppedMs = 0;
  private linedMs = Number.NEGATIVE_INFINITY;
  private linesAreOld = true;
  private chosenId: string | null = null;
  /** Vehicles with a report that no frame has shown yet. */
  private readonly unseen = new Set<string>();
  private readonly pace = new Pace();
  private coarse = false;
  private changing = false;
  private drawing = false;
  private dark: boolean;

  constructor(options: Options) {
    this.options = options;
    this.dark = options.dark;
    this.vehicles = new FleetCanvas(options.sheet, options.fleet);
    const { bounds } = options.tiles;
    const [west, south, east, north] = bounds;
    this.map = new MapLibreMap({
      container: options.container,
      style: this.style(),
      bounds,
      fitBoundsOptions: { padding: 12 },
      maxBounds: [west - 0.3, south - 0.2, east + 0.3, north + 0.2],
      minZoom: 8,
      maxZoom: 19,
      // The district is flat, and north is up: turning it only loses people.
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      locale: options.words,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
    this.map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    this.map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-left');
    this.map.on('style.load', () => this.dress());
    this.map.on('render', () => {
      if (this.map.isMoving()) this.keepPace();
      // In the same frame as what is below: they move as one.
      this.drawVehicles();
    });
    this.map.on('moveend', () => this.rest());
    this.map.on('click', (event) => this.click(event));
    this.map.on('mousemove', (event) => this.point(event));
    this.map.on('load', () => {
      options.container.dataset.ready = 'true';
    });
    this.step();
  }

  remove(): void {
    cancelAnimationFrame(this.frame);
    this.map.remove();
  }

  setDark(dark: boolean): void {
    if (dark === this.dark) return;
    this.dark = dark;
    this.map.setStyle(this.style(), { diff: false });
  }

  /** Replaces what a source shows. */
  fill(source: SourceId, features: FeatureCollection): void {
    this.data.set(source, features);
    void this.source(source)?.setData(features);
  }

  show(layer: LayerId, visible: boolean): void {
    if (visible) this.hidden.delete(layer);
    else this.hidden.add(layer);
    if (layer === 'vehicles') {
      this.vehicles.hidden = !visible;
      this.vehicles.touch();
    }
    for (const part of PARTS[layer]) {
      if (this.map.getLayer(part)) {
        this.map.setLayoutProperty(part, 'visibility', visible ? 'visible' : 'none');
      }
    }
  }

  /** Rings what is chosen; a vehicle is followed by its ring. */
  choose(chosen: { id: string; position: Position; name: string } | null): void {
    const isOther = this.chosenId !== (chosen?.id ?? null);
    this.chosenId = this.vehicles.chosenId = chosen?.id ?? null;
    const stands = chosen && !chosen.id.startsWith('vehicle ') ? chosen : null;
    this.fill('chosen', stands ? ring(stands.position, stands.name) : EMPTY);
    this.vehicles.touch();
    if (isOther) this.drawLines();
  }

  goTo(position: Position): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.jumpTo(position);
    else this.map.easeTo({ center: position, zoom: this.near(), duration: 500 });
  }

  jumpTo(position: Position): void {
    this.map.jumpTo({ center: position, zoom: this.near() });
  }

  private near(): number {
    return Math.max(this.map.getZoom(), NEAR_ENOUGH_ZOOM);
  }

  /** Shows lines of tours as they are now. */
  private drawLines(): void {
    this.linedMs = performance.now();
    this.linesAreOld = false;
    this.fill('paths', collection(this.options.fleet.lines(Date.now(), this.chosenId)));
  }

  /** The fleet knows other plans than before. */
  plansChanged(): void {
    this.linesAreOld = true;
    this.vehicles.touch();
  }

  /** Shows at once where a driver reported to be; the browser's timeline tells when it was seen. */
  showReport(vehicleId: string): void {
    this.unseen.add(vehicleId);
    this.vehicles.touch();
  }

  /** Without a graphics card every pixel counts: while it is moved, such a machine draws the map with fewer. */
  private keepPace(): void {
    this.coarse ||= this.pace.isSlow(performance.now());
    if (this.coarse) this.drawWith(devicePixelRatio * COARSE);
  }

  private rest(): void {
    this.pace.rest();
    this.drawWith(devicePixelRatio);
  }

  private drawWith(pixelRatio: number): void {
    const { map } = this;
    if (this.changing || map.getPixelRatio() === pixelRatio) return;
    // The engine takes this for another size of the map: it would take the map out of the hand that drags it, and
    // tells of a movement that is none.
    this.changing = true;
    const { stop } = map;
    map.stop = () => map;
    map.setPixelRatio(pixelRatio);
    map.stop = stop;
    this.changing = false;
  }

  /** Shows vehicles where they are now. */
  private drawVehicles(): void {
    const { clientWidth, clientHeight } = this.map.getCanvas();
    this.vehicles.resize(clientWidth, clientHeight, devicePixelRatio);
    const view = { zoom: this.map.getZoom(), pixelOf: (position: Position) => this.map.project(position) };
    if (!this.vehicles.draw(view, Date.now())) return;
    for (const vehicleId of this.unseen) {
      const name = `report shown ${vehicleId}`;
      performance.clearMarks(name);
      performance.mark(name);
    }
    this.unseen.clear();
  }

  draw(path: readonly Position[] | null): void {
    this.drawing = path !== null;
    this.map.getCanvas().style.cursor = this.drawing ? 'crosshair' : '';
    if (this.drawing) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
    const corners = (path ?? []).map((position) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: position },
      properties: {},
    }));
    const lines = path && path.length > 1 ? [outline('drawn', path, 'closed')] : [];
    this.fill('drawn', collection([...lines, ...corners]));
  }

  /** The middle of what is seen: where a corner is set by keyboard. */
  centre(): Position {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  resize(): void {
    this.map.resize();
  }

  private get halo(): string {
    return this.dark ? '#12171b' : '#ffffff';
  }

  private style(): StyleSpecification {
    const base = basemap(this.options.tiles, this.dark, location.origin);
    const colours = coloursOf(this.options.container);
    const sources = Object.fromEntries(
      SOURCES.map((id) => [
        id,
        { type: 'geojson' as const, data: this.data.get(id) ?? EMPTY, ...(id === 'paths' ? WAYS : {}) },
      ]),
    );
    const layers = overlay(colours, this.halo);
    for (const [layer, parts] of Object.entries(PARTS)) {
      if (!this.hidden.has(layer as LayerId)) continue;
      for (const each of layers) {
        if (parts.includes(each.id))
          each.layout = { ...each.layout, visibility: 'none' } as typeof each.layout;
      }
    }
    return { ...base, sources: { ...base.sources, ...sources }, layers: [...base.layers, ...layers] };
  }

  private dress(): void {
    const colours = coloursOf(this.options.container);
    const drawn = symbols(colours);
    for (const [name, image] of drawn) {
      if (!this.map.hasImage(name)) this.map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
    }
    this.vehicles.dress({ ...colours, pictures: pictures(drawn), halo: this.halo });
  }

  private source(id: SourceId): GeoJSONSource | undefined {
    return this.map.getSource(id) as GeoJSONSource | undefined;
  }

  private step(): void {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const now = performance.now();
    // What moves less than can be seen is not drawn: a district seen as a whole mostly stands still.
    if (now - this.steppedMs >= (calm ? CALM_STEP_MS : STEP_MS)) {
      this.steppedMs = now;
      this.drawVehicles();
    }
    const linesAfterMs = this.linesAreOld ? OLD_LINES_MS : LINES_MS;
    if (now - this.linedMs >= linesAfterMs && !this.map.isMoving()) this.drawLines();
    this.frame = requestAnimationFrame(() => this.step());
  }

  private click(event: MapMouseEvent): void {
    if (this.drawing) {
      this.options.onCorner([event.lngLat.lng, event.lngLat.lat]);
      return;
    }
    this.options.onPick(this.idAt(event));
  }

  private point(event: MapMouseEvent): void {
    if (!this.drawing) this.map.getCanvas().style.cursor = this.idAt(event) ? 'pointer' : '';
  }

  private idAt({ point }: MapMouseEvent): string | null {
    const vehicle = this.vehicles.at(point.x, point.y, VEHICLE_HIT_PX);
    if (vehicle) return vehicle;
    const layers = PICKED.filter((layer) => this.map.getLayer(layer));
    const found = this.map.queryRenderedFeatures(
      [
        [point.x - HIT_PX, point.y - HIT_PX],
        [point.x + HIT_PX, point.y + HIT_PX],
      ],
      { layers },
    );
    return (found[0]?.properties?.id as string | undefined) ?? null;
  }
}

function ring(position: Position, name: string): FeatureCollection {
  return collection([
    { type: 'Feature', geometry: { type: 'Point', coordinates: position }, properties: { name } },
  ]);
}
