import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import { useDark } from '@/app/theme';
import { useMessages } from '@/i18n/language';
import { useLive } from '@/live/live';
import type { TileJson } from './basemap';
import { DistrictMap } from './engine';
import { Fleet } from './fleet';
import type { Position } from './geometry';
import styles from './MapPage.module.css';
import { messages } from './messages';
import { LAYERS, type LayerId, type MapObject, type VehicleObject } from './objects';
import { featuresOf } from './overlay';
import type { District } from './useDistrictObjects';

const STILL = ['rides', 'closures', 'containers', 'stops', 'benches', 'cars'] as const;

interface Props {
  district: District;
  hidden: ReadonlySet<LayerId>;
  chosen: MapObject | null;
  onPick: (id: string | null) => void;
  onCorner: (position: Position) => void;
  onEngine: (engine: DistrictMap | null) => void;
}

async function tileJson(): Promise<TileJson> {
  const response = await fetch('/v1/tiles', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Problem(response.status, {});
  return (await response.json()) as TileJson;
}

/** The engine's place on the page: what React knows is handed on, nothing moving is rendered here. */
export function MapView({ district, hidden, chosen, onPick, onCorner, onEngine }: Props) {
  const m = useMessages(messages);
  const dark = useDark();
  const box = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLCanvasElement>(null);
  const [fleet] = useState(() => new Fleet());
  const [engine, setEngine] = useState<DistrictMap | null>(null);
  const [broken, setBroken] = useState(false);
  const tiles = useQuery({
    queryKey: ['map', 'tiles'],
    queryFn: tileJson,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const latest = useRef({ onPick, onCorner, onEngine, dark, m });
  latest.current = { onPick, onCorner, onEngine, dark, m };

  useEffect(() => {
    if (!tiles.data || !box.current || !sheet.current) return;
    let made: DistrictMap;
    try {
      made = new DistrictMap({
        container: box.current,
        sheet: sheet.current,
        tiles: tiles.data,
        fleet,
        dark: latest.current.dark,
        words: {
          'Map.Title': latest.current.m.map,
          'NavigationControl.ZoomIn': latest.current.m.zoomIn,
          'NavigationControl.ZoomOut': latest.current.m.zoomOut,
          'AttributionControl.ToggleAttribution': latest.current.m.attribution,
        },
        onPick: (id) => latest.current.onPick(id),
        onCorner: (position) => latest.current.onCorner(position),
      });
    } catch {
      // No WebGL: the list has everything.
      setBroken(true);
      return;
    }
    setEngine(made);
    latest.current.onEngine(made);
    return () => {
      latest.current.onEngine(null);
      setEngine(null);
      made.remove();
    };
  }, [tiles.data, fleet]);

  useEffect(() => engine?.setDark(dark), [engine, dark]);

  const filled = useRef<{ engine: DistrictMap | null; objects: Partial<District['objects']> }>({
    engine: null,
    objects: {},
  });
  useEffect(() => {
    if (filled.current.engine !== engine) filled.current = { engine, objects: {} };
    for (const layer of STILL) {
      const objects = district.objects[layer];
      if (filled.current.objects[layer] === objects) continue;
      filled.current.objects[layer] = objects;
      engine?.fill(layer, featuresOf(layer, objects));
    }
  });

  useEffect(() => {
    fleet.know(district.objects.vehicles as VehicleObject[], district.paths, Date.now());
    engine?.plansChanged();
  }, [engine, fleet, district.objects.vehicles, district.paths]);

  useEffect(() => {
    for (const layer of LAYERS) engine?.show(layer, !hidden.has(layer));
  }, [engine, hidden]);

  useEffect(() => engine?.choose(chosen), [engine, chosen]);

  useLive(['VehicleArrived'], (event) => {
    const told = arrival(event.data);
    if (!told) return;
    fleet.told(told.vehicleId, told.position, Date.now());
    engine?.showReport(told.vehicleId);
  });

  return (
    <>
      <div ref={box} className={styles.map} data-testid="map" />
      <canvas ref={sheet} className={styles.sheet} aria-hidden="true" />
      <p className="only-read-aloud">{m.mapHint}</p>
      {(broken || tiles.error) && <p className={styles.noMap}>{m.noMap}</p>}
    </>
  );
}

function arrival(data: string): { vehicleId: string; position: Position } | null {
  const { fact } = JSON.parse(data) as {
    fact?: {
      vehicle_id?: string;
      stop?: { point?: { position?: { latitude_deg: number; longitude_deg: number } } };
    };
  };
  const position = fact?.stop?.point?.position;
  if (!fact?.vehicle_id || !position) return null;
  return { vehicleId: fact.vehicle_id, position: [position.longitude_deg, position.latitude_deg] };
}

/** Whether the page is dark now. */
