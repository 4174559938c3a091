import { useMessages } from '@/i18n/language';
import type { Outline, SetupPlace } from './calls';
import { messages } from './messages';
import styles from './Setup.module.css';

const WIDTH = 560;
const KM_PER_DEGREE = 111.195;

interface Props {
  outline: Outline;
  zone: { centre: SetupPlace; radius_km: number } | null;
  homes: readonly SetupPlace[];
}

/** The district in a few strokes: enough to see whether zone and vehicles are where they should be. */
export function SmallMap({ outline, zone, homes }: Props) {
  const m = useMessages(messages);
  const longitudes = outline.ring.map(([longitude]) => longitude);
  const latitudes = outline.ring.map(([, latitude]) => latitude);
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const perDegree = WIDTH / ((east - west) * squeeze);
  const height = (north - south) * perDegree;
  const x = (longitude: number) => (longitude - west) * squeeze * perDegree;
  const y = (latitude: number) => (north - latitude) * perDegree;
  const ring = outline.ring.map(([longitude, latitude]) => `${x(longitude)},${y(latitude)}`).join(' ');
  return (
    <svg
      viewBox={`-8 -8 ${WIDTH + 16} ${height + 16}`}
      className={styles.map}
      role="img"
      aria-label={m.smallMap(outline.name)}
    >
      <clipPath id="district">
        <polygon points={ring} />
      </clipPath>
      <polygon points={ring} className={zone ? styles.outline : styles.zone} />
      {zone && (
        <circle
          cx={x(zone.centre.longitude_deg)}
          cy={y(zone.centre.latitude_deg)}
          r={(zone.radius_km / KM_PER_DEGREE) * perDegree}
          clipPath="url(#district)"
          className={styles.zone}
        />
      )}
      {outline.stops.map(([longitude, latitude]) => (
        <circle
          key={`${longitude} ${latitude}`}
          cx={x(longitude)}
          cy={y(latitude)}
          r={2}
          className={styles.stop}
        />
      ))}
      {homes.map((home) => (
        <rect
          key={`${home.longitude_deg} ${home.latitude_deg}`}
          x={x(home.longitude_deg) - 6}
          y={y(home.latitude_deg) - 6}
          width={12}
          height={12}
          rx={2}
          className={styles.home}
        />
      ))}
    </svg>
  );
}
