import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { client, told } from '@/api/client';
import type { Spot } from './spot';

/** A spot without a label, with that of the next thing that has a name; `otherwise` where that is not known. */
export function useNamed(spot: Spot | null, otherwise: string): Spot | null {
  const nameless = spot?.label === '' ? spot.position : null;
  const label = useQuery({
    queryKey: ['place-name', nameless?.latitude_deg, nameless?.longitude_deg],
    enabled: nameless !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async ({ signal }) =>
      nameless
        ? (told(await client.POST('/v1/places/describe', { body: { position: nameless }, signal })).place
            ?.label ?? '')
        : '',
  }).data;
  return useMemo(
    () => (spot?.label === '' ? { ...spot, label: label || otherwise } : spot),
    [spot, label, otherwise],
  );
}
