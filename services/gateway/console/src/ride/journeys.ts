/** What passengers want to know of a journey. */

import type { JourneysJourney, JourneysLeg } from '@/api/schema';

export type Order = 'time' | 'price' | 'co2';

export const isBookable = (journey: JourneysJourney) => journey.legs.some((leg) => leg.bookable);

export function secondsBetween(from: string | undefined, to: string | undefined): number {
  return from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : 0;
}

/** Legs that count as something one takes; walks only where there is nothing else. */
export function mainLegs(journey: JourneysJourney): readonly JourneysLeg[] {
  const taken = journey.legs.filter((leg) => leg.mode !== 'MODE_WALK');
  return taken.length > 0 ? taken : journey.legs;
}

/** Prices that are not complete come after those that are: nobody knows how much more it will be. */
function priceOf(journey: JourneysJourney): number {
  const { price } = journey;
  if (!price) return Number.POSITIVE_INFINITY;
  return price.complete ? price.cents : Number.MAX_SAFE_INTEGER;
}

/** In another order; what is equal stays as the service had it. */
export function ordered(journeys: readonly JourneysJourney[], order: Order): readonly JourneysJourney[] {
  if (order === 'time') return journeys;
  const key = order === 'price' ? priceOf : (journey: JourneysJourney) => journey.co2_g;
  return [...journeys].sort((one, other) => {
    const [first, second] = [key(one), key(other)];
    return first === second ? 0 : first - second;
  });
}

/** What of a leg makes it this one: the trip of a line, the car, the lift; of rides on demand only the places. */
function tripOf(leg: JourneysLeg): string {
  const what =
    leg.transit?.trip_id ?? leg.shared_car?.car_id ?? leg.lift?.lift_id ?? leg.bench?.bench_id ?? '';
  return [leg.mode, what, leg.from?.label ?? '', leg.to?.label ?? ''].join('|');
}

const SAME_WITHIN_MS = 60_000;

/**
 * The same journey in a newer answer.
 *
 * Offers are held for a minute only, and people may read longer: the journey is looked for anew, and taken without
 * asking again only where it leaves and arrives as they read it, and costs no more.
 */
export function sameAgain(
  chosen: JourneysJourney,
  journeys: readonly JourneysJourney[],
): JourneysJourney | undefined {
  const key = chosen.legs.map(tripOf).join(' ');
  const near = (one: string | undefined, other: string | undefined) =>
    Math.abs(secondsBetween(one, other)) * 1000 <= SAME_WITHIN_MS;
  return journeys.find(
    (journey) =>
      journey.legs.map(tripOf).join(' ') === key &&
      near(chosen.departure_time, journey.departure_time) &&
      near(chosen.arrival_time, journey.arrival_time) &&
      (journey.price?.cents ?? 0) <= (chosen.price?.cents ?? 0) &&
      (journey.price?.complete ?? false) === (chosen.price?.complete ?? false),
  );
}

const TOO_LATE = new Set([
  'JOURNEY_EXPIRED',
  'JOURNEY_NOT_FOUND',
  'OFFER_EXPIRED',
  'OFFER_TAKEN',
  'OFFER_NOT_FOUND',
  'OFFER_WITHDRAWN',
]);

/** Whether a booking failed only because somebody thought about it for long, or was faster. */
export const wasTooLate = (reason: string) => TOO_LATE.has(reason);
