import { Facts } from '@/components/PageFrame';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import type { Option } from './booking';
import { messages } from './messages';

/** The reasons for an offer or a journey. */
export function WhyOption({ option }: { option: Option }) {
  const m = useMessages(messages);
  const format = useFormat();
  if (option.type === 'journey') {
    return (
      <ul>
        {option.journey.reasons.map((reason) => (
          <li key={reason.code}>{wordFor(m.journeyReasons, reason.code)}</li>
        ))}
      </ul>
    );
  }
  const { offer } = option;
  const directS = secondsOf(offer.direct_duration);
  const rideS =
    (Date.parse(offer.planned_dropoff_time ?? '') - Date.parse(offer.planned_pickup_time ?? '')) / 1000;
  return (
    <>
      <p>{m.whyOfferText}</p>
      <Facts
        facts={[
          [m.plannedPickup, format.time(offer.planned_pickup_time ?? '')],
          [m.plannedArrival, format.time(offer.planned_dropoff_time ?? '')],
          [m.directTime, format.duration(directS)],
          [m.detour, format.duration(Math.max(0, rideS - directS))],
          [m.longest, format.duration(secondsOf(offer.promise?.max_ride_duration))],
          [m.vehicle, `${wordFor(m.kinds, offer.vehicle_kind)} (${offer.vehicle_id})`],
          [m.heldUntil, format.exact(offer.expire_time ?? '')],
        ]}
      />
    </>
  );
}
