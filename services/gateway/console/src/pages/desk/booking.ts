import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { client, newKey, told } from '@/api/client';
import type { JourneysBooking, JourneysJourney, PoolingOffer, PoolingRide } from '@/api/schema';
import { MOVED } from '@/pages/ride/cancelled';
import type { Call } from './call';

/** What can be chosen: a ride on demand, or a journey with buses. */
export type Option = { type: 'offer'; offer: PoolingOffer } | { type: 'journey'; journey: JourneysJourney };

export type Booked =
  | { type: 'offer'; offer: PoolingOffer; ride: PoolingRide; call: Call }
  | { type: 'journey'; journey: JourneysJourney; booking: JourneysBooking; call: Call };

export function optionId(option: Option): string {
  return option.type === 'offer' ? option.offer.offer_id : option.journey.journey_id;
}

/** Whoever takes a train just gets on. */
export function isBookable(option: Option): boolean {
  return option.type === 'offer' || option.journey.legs.some((leg) => leg.bookable);
}

function contactOf(call: Call) {
  const [name, phone] = [call.name.trim(), call.phone.trim()];
  return name || phone ? { contact: { name, phone } } : {};
}

/** Books once, however often the key is pressed and however often the line drops. */
export function useBooking() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const under = useRef(false);
  const keys = useRef(new Map<string, string>());

  async function book(option: Option, call: Call): Promise<Booked | null> {
    if (under.current) return null;
    under.current = true;
    setBusy(true);
    const id = optionId(option);
    const key = keys.current.get(id) ?? newKey();
    keys.current.set(id, key);
    try {
      const booked = await send(option, call, key);
      if (call.replaces) await cancelReplaced(call.replaces);
      void queries.invalidateQueries({ queryKey: ['rides'] });
      return booked;
    } finally {
      under.current = false;
      setBusy(false);
    }
  }

  return { book, busy };
}

/** The moved ride goes only once the new one is sure. Its key makes sure that it is cancelled once. */
async function cancelReplaced(rideId: string): Promise<void> {
  const answer = await client.POST('/v1/rides/{ride_id}/cancel', {
    params: { path: { ride_id: rideId }, header: { 'Idempotency-Key': `moved:${rideId}`.slice(0, 64) } },
    body: { reason: MOVED },
  });
  // Cancelled meanwhile by somebody else: that is as it should be.
  if (answer.response.status !== 404 && answer.response.status !== 409) told(answer);
}

async function send(option: Option, call: Call, key: string): Promise<Booked> {
  const params = { header: { 'Idempotency-Key': key } };
  if (option.type === 'offer') {
    const { ride } = told(
      await client.POST('/v1/rides', {
        params,
        body: { offer_id: option.offer.offer_id, ...contactOf(call) },
      }),
    );
    if (!ride) throw new Error('the answer has no ride');
    return { ...option, ride, call };
  }
  const { booking } = told(
    await client.POST('/v1/bookings', {
      params,
      body: { journey_id: option.journey.journey_id, ...contactOf(call) },
    }),
  );
  if (!booking) throw new Error('the answer has no booking');
  if (booking.state === 'BOOKING_STATE_FAILED') throw new Error(booking.reason || booking.state);
  return { ...option, booking, call };
}
