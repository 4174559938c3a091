import { useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { useSession } from '@/session/session';

/** Where nobody is signed in. */
const USUAL_TIME_ZONE = 'Europe/Berlin';

/** The dispatch areas. They hardly ever change. */
export function useZones() {
  return useQuery({
    queryKey: ['zones'],
    queryFn: async () => told(await client.GET('/v1/zones')).zones ?? [],
    staleTime: 10 * 60_000,
  });
}

/** IANA name of the zone in which the district's clocks run. */
export function useTimeZone(): string {
  return useSession().data?.time_zone || USUAL_TIME_ZONE;
}

/** What a zone is called. */
export function useZoneName(): (zoneId: string) => string {
  const zones = useZones().data;
  return (zoneId) => zones?.find((zone) => zone.zone_id === zoneId)?.name || zoneId;
}
