import { useMemo } from 'react';
import { useFormat } from '@/i18n/format';
import type { MapObject } from './objects';

/** Says of a shift from when until when it is. */
export function useShiftSpan(vehicles: readonly MapObject[]): (shiftId: string) => string {
  const format = useFormat();
  return useMemo(() => {
    const tours = new Map(
      vehicles.flatMap((object) =>
        object.layer === 'vehicles' ? object.tours.map((tour) => [tour.shift_id, tour] as const) : [],
      ),
    );
    return (shiftId) => {
      const { start_time, end_time } = tours.get(shiftId) ?? {};
      return start_time && end_time ? `${format.time(start_time)} – ${format.time(end_time)}` : shiftId;
    };
  }, [vehicles, format]);
}
