/** Longitude and latitude in degrees, as GeoJSON has them. */
export type Position = [number, number];

const METRES_PER_DEGREE = 111_195;

/** Metres between positions that are near each other. */
export function metresBetween(one: Position, other: Position): number {
  const north = (other[1] - one[1]) * METRES_PER_DEGREE;
  const east = (other[0] - one[0]) * METRES_PER_DEGREE * Math.cos((one[1] * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** Degrees clockwise from north. */
export function bearing(from: Position, to: Position): number {
  const east = (to[0] - from[0]) * Math.cos((from[1] * Math.PI) / 180);
  return ((Math.atan2(east, to[1] - from[1]) * 180) / Math.PI + 360) % 360;
}

/** A line that knows how far along each corner is. */
export interface Measured {
  positions: readonly Position[];
  /** Metres from the beginning, by corner. */
  along: readonly number[];
}

export function measured(positions: readonly Position[]): Measured {
  const along = [0];
  for (let corner = 1; corner < positions.length; corner += 1) {
    const [before, here] = [positions[corner - 1], positions[corner]];
    along.push((along[corner - 1] ?? 0) + (before && here ? metresBetween(before, here) : 0));
  }
  return { positions, along };
}

export interface Placed {
  position: Position;
  bearing: number;
  /** The corner passed last. */
  corner: number;
}

/** Where one is after a share of a line, from 0 to 1, and where one looks. */
export function placeAlong(line: Measured, share: number): Placed | null {
  const { positions, along } = line;
  const [first] = positions;
  if (!first) return null;
  const wanted = Math.min(1, Math.max(0, share)) * (along.at(-1) ?? 0);
  let low = 0;
  let high = Math.max(0, positions.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((along[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  const [from, to] = [positions[low], positions[low + 1]];
  if (!from || !to) return { position: first, bearing: 0, corner: 0 };
  const length = (along[low + 1] ?? 0) - (along[low] ?? 0);
  const part = length > 0 ? (wanted - (along[low] ?? 0)) / length : 0;
  return {
    position: [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part],
    bearing: bearing(from, to),
    corner: low,
  };
}

/** As exact as the services tell positions: five digits. */
const DIGITS = 1e5;
const ROUND = 360 * DIGITS;

/** One number for a position. */
function corner([longitude, latitude]: Position): number {
  return Math.round(longitude * DIGITS) * ROUND + Math.round(latitude * DIGITS);
}

/** Lines of which each piece of road is kept once, however many drive there, and in which direction. */
export class Roads {
  readonly lines: Position[][] = [];
  private readonly known = new Map<number, Set<number>>();

  add(line: readonly Position[]): void {
    let current: Position[] | null = null;
    let from: { position: Position; corner: number } | null = null;
    for (const position of line) {
      const to = { position, corner: corner(position) };
      if (from && this.isNew(from.corner, to.corner)) {
        if (current) current.push(position);
        else {
          current = [from.position, position];
          this.lines.push(current);
        }
      } else {
        current = null;
      }
      from = to;
    }
  }

  private isNew(from: number, to: number): boolean {
    const [low, high] = from < to ? [from, to] : [to, from];
    const others = this.known.get(low);
    if (!others) this.known.set(low, new Set([high]));
    else if (others.has(high)) return false;
    else others.add(high);
    return true;
  }
}
