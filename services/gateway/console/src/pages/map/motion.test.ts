import { describe, expect, it } from 'vitest';
import { bearing, measured, metresBetween, type Position, placeAlong, Roads } from './geometry';
import { plannedPlace, remaining, Settling, tourPath } from './motion';
import { positionsOf } from './polyline';

describe('polylines', () => {
  it('are read as their specification shows', () => {
    expect(positionsOf('_p~iF~ps|U_ulLnnqC_mqNvxq`@')).toEqual([
      [-120.2, 38.5],
      [-120.95, 40.7],
      [-126.453, 43.252],
    ]);
    expect(positionsOf('')).toEqual([]);
  });
});

describe('a place along a line', () => {
  const corner: Position[] = [
    [13.2, 53.5],
    [13.2, 53.51],
    [13.21, 53.51],
  ];
  it('is at its ends for 0 and 1, whatever is asked beyond', () => {
    const line = measured(corner);
    expect(placeAlong(line, -1)?.position).toEqual([13.2, 53.5]);
    expect(placeAlong(line, 0)?.bearing).toBeCloseTo(0);
    expect(placeAlong(line, 2)?.position[0]).toBeCloseTo(13.21, 6);
    expect(placeAlong(line, 1)?.bearing).toBeCloseTo(90, 1);
  });
  it('moves by metres, not by corners', () => {
    const line = measured(corner);
    const total = line.along.at(-1) ?? 0;
    const place = placeAlong(line, 0.5);
    expect(place && metresBetween([13.2, 53.5], place.position)).toBeCloseTo(total / 2, 3);
  });
  it('stands still where all corners are one', () => {
    expect(placeAlong(measured([[13.2, 53.5]]), 0.7)?.position).toEqual([13.2, 53.5]);
    expect(placeAlong(measured([]), 0.7)).toBeNull();
    expect(bearing([13, 53], [12.9, 53])).toBeCloseTo(270);
  });
});

describe('roads', () => {
  const a: Position = [13.1, 53.1];
  const b: Position = [13.2, 53.1];
  const c: Position = [13.3, 53.1];
  const d: Position = [13.3, 53.2];

  it('are kept once, whoever drives there and in which direction', () => {
    const roads = new Roads();
    roads.add([a, b, c]);
    roads.add([c, b, a]);
    roads.add([a, b]);
    expect(roads.lines).toEqual([[a, b, c]]);
  });

  it('go on where a line leaves what is known', () => {
    const roads = new Roads();
    roads.add([b, c]);
    roads.add([a, b, c, d]);
    expect(roads.lines).toEqual([
      [b, c],
      [a, b],
      [c, d],
    ]);
  });

  it('are none of less than two corners', () => {
    const roads = new Roads();
    roads.add([]);
    roads.add([a]);
    expect(roads.lines).toEqual([]);
  });
});

const NORTH = '_p~iF~ps|U_ibE?';
const path = tourPath({
  vehicle_id: 'bus',
  shift_id: 's',
  legs: [
    {
      stop_id: 'a',
      departure_time: '2026-01-05T08:00:00Z',
      arrival_time: '2026-01-05T08:10:00Z',
      polyline: NORTH,
    },
    {
      stop_id: 'b',
      departure_time: '2026-01-05T08:20:00Z',
      arrival_time: '2026-01-05T08:30:00Z',
      polyline: NORTH,
    },
  ],
});
const at = (clock: string) => Date.parse(`2026-01-05T${clock}Z`);

describe('a planned place', () => {
  it('waits where the tour begins', () => {
    expect(plannedPlace(path, at('07:00:00'))?.position[1]).toBeCloseTo(38.5);
  });
  it('is on the way in between', () => {
    const place = plannedPlace(path, at('08:05:00'));
    expect(place?.leg).toBe(0);
    expect(place?.position[1]).toBeCloseTo(39, 3);
    expect(remaining(path, place)).toHaveLength(2);
    expect(remaining(path, place)[0]?.[0]).toEqual(place?.position);
    expect(remaining(path, place, path.legs[1]?.departureMs)).toHaveLength(1);
  });
  it('stays at a stop until the next leg begins', () => {
    expect(plannedPlace(path, at('08:15:00'))).toMatchObject({ leg: 0, position: [-120.2, 39.5] });
    expect(plannedPlace(path, at('08:25:00'))?.leg).toBe(1);
    expect(plannedPlace(path, at('12:00:00'))?.position[1]).toBeCloseTo(39.5);
  });
  it('is unknown without a way', () => {
    const closed = tourPath({ vehicle_id: 'bus', shift_id: 's', legs: [{ stop_id: 'a', polyline: '' }] });
    expect(plannedPlace(closed, at('08:00:00'))).toBeNull();
    expect(remaining(closed, null)).toEqual([]);
  });
});

describe('settling', () => {
  it('goes from where it was shown to where it is, even while that moves', () => {
    const settling = new Settling(1000);
    expect(settling.shown([3, 4], 0)).toEqual([3, 4]);
    settling.begin([0, 0], [10, 0], 0);
    expect(settling.shown([10, 0], 0)).toEqual([0, 0]);
    expect(settling.shown([10, 0], 500)).toEqual([5, 0]);
    expect(settling.shown([12, 0], 1000)).toEqual([12, 0]);
  });
});
