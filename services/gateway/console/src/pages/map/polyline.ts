import type { Position } from './geometry';

const FIRST = 63;
const MORE = 0x20;

/** Reads an encoded polyline (latitude, longitude, five decimals). */
export function positionsOf(line: string): Position[] {
  const positions: Position[] = [];
  let at = 0;
  let latitude = 0;
  let longitude = 0;
  const next = (): number => {
    let value = 0;
    let shift = 0;
    let chunk: number;
    do {
      chunk = line.charCodeAt(at) - FIRST;
      at += 1;
      value |= (chunk & (MORE - 1)) << shift;
      shift += 5;
    } while (chunk >= MORE);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < line.length) {
    latitude += next();
    longitude += next();
    positions.push([longitude / 1e5, latitude / 1e5]);
  }
  return positions;
}
