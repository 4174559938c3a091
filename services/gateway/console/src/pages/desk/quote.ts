import { useQuery } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import type { PoolingOffer } from '@/api/schema';

/** As the tariff's usual category is called. */
const ADULT = 'adult';

/** What an offer costs somebody who is no customer yet; nothing where the tariff or its service has no answer. */
export function useQuote(offer: PoolingOffer, passengerCount: number) {
  return useQuery({
    queryKey: ['desk-quote', offer.offer_id, passengerCount],
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    queryFn: async () =>
      told(
        await client.POST('/v1/quotes', {
          body: {
            legs: [
              {
                board_time: offer.planned_pickup_time ?? '',
                alight_time: offer.planned_dropoff_time ?? '',
                board: { position: offer.pickup?.position ?? {} },
                alight: { position: offer.dropoff?.position ?? {} },
              },
            ],
            ...(passengerCount > 1 ? { riders: [{ rider_category: ADULT, count: passengerCount }] } : {}),
          },
        }),
      ),
  });
}
