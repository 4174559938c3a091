import { useQuery } from '@tanstack/react-query';
import { type LngLatBoundsLike, Map as MapLibreMap, Marker, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/problem';
import { useDark } from '@/app/theme';
import { useMessages } from '@/i18n/language';
import { basemap, type TileJson } from '@/pages/map/basemap';
import { messages } from './messages';
import styles from './ride.module.css';

setWorkerUrl(new URL(workerUrl, location.href).href);

/** Room for what the places are called: it stands above them. */
const PADDING_PX = { top: 48, bottom: 32, left: 88, right: 88 };
const CLOSEST_ZOOM = 15;

export interface Place {
  kind: 'vehicle' | 'pickup' | 'dropoff';
  /** Longitude and latitude, in degrees. */
  at: readonly [number, number];
  name: string;
}

async function tileJson(): Promise<TileJson> {
  const response = await fetch('/v1/tiles', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Problem(response.status, {});
  return (await response.json()) as TileJson;
}

/** Where the vehicle was last, and where one gets on and off; `told` says the same in words. */
export default function VehicleMap({ places, told }: { places: readonly Place[]; told: string }) {
  const m = useMessages(messages);
  const dark = useDark();
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const [broken, setBroken] = useState(false);
  const tiles = useQuery({
    queryKey: ['map', 'tiles'],
    queryFn: tileJson,
    staleTime: Number.POSITIVE_INFINITY,
  });

  useEffect(() => {
    if (!tiles.data || !box.current) return;
    let made: MapLibreMap;
    try {
      made = new MapLibreMap({
        container: box.current,
        style: basemap(tiles.data, dark, location.origin),
        bounds: tiles.data.bounds,
        // It is a picture: what is on it is told beside it, and the page scrolls on under a thumb.
        interactive: false,
        attributionControl: false,
        fadeDuration: 0,
      });
    } catch {
      // A browser without WebGL: the sentences say everything.
      setBroken(true);
      return;
    }
    const watching = new ResizeObserver(() => made.resize());
    watching.observe(box.current);
    made.once('load', () => {
      if (box.current) box.current.dataset.ready = 'true';
    });
    setMap(made);
    return () => {
      setMap(null);
      watching.disconnect();
      made.remove();
    };
  }, [tiles.data, dark]);

  useEffect(() => {
    if (!map || places.length === 0) return;
    const markers = places.map(({ kind, at: [longitude, latitude], name }) => {
      const element = document.createElement('div');
      element.className = styles.marker ?? '';
      element.dataset.kind = kind;
      element.textContent = name;
      return new Marker({ element, anchor: 'bottom' }).setLngLat([longitude, latitude]).addTo(map);
    });
    const showAll = () =>
      map.fitBounds(boundsOf(places), { padding: PADDING_PX, maxZoom: CLOSEST_ZOOM, animate: false });
    // Also where the page found its width only after the map was made.
    map.on('resize', showAll);
    map.resize();
    showAll();
    return () => {
      map.off('resize', showAll);
      for (const marker of markers) marker.remove();
    };
  }, [map, places]);

  if (broken || tiles.isError) return <p className={styles.soft}>{m.noMap}</p>;
  return (
    <figure className={styles.map}>
      <div ref={box} role="img" aria-label={told} />
      {tiles.data && <figcaption>{textOf(tiles.data.attribution)}</figcaption>}
    </figure>
  );
}

function boundsOf(places: readonly Place[]): LngLatBoundsLike {
  const longitudes = places.map(({ at }) => at[0]);
  const latitudes = places.map(({ at }) => at[1]);
  return [
    [Math.min(...longitudes), Math.min(...latitudes)],
    [Math.max(...longitudes), Math.max(...latitudes)],
  ];
}

/** Tiles tell whose data it is as a link. */
function textOf(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '';
}
