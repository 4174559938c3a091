import { useCallback, useEffect, useRef, useState } from 'react';
import { client, newKey, told } from '@/api/client';
import type { PoolingOffer, PoolingRefusal } from '@/api/schema';
import { OWN_PAGE_HEADER } from '@/session/calls';
import { offersRequest, type Trip, tripKey } from './trip';

export interface Found {
  offers: readonly PoolingOffer[];
  /** Why there is nothing as asked; its alternative is among the offers. */
  refusal: PoolingRefusal | null;
}

export type Search =
  | { state: 'idle' }
  | { state: 'searching'; last: Found | null }
  | { state: 'found'; found: Found }
  | { state: 'failed'; error: unknown };

const PAUSE_MS = 250;
/** Offers are asked for anew so long before they expire. */
const BEFORE_EXPIRY_MS = 3_000;
const RETRY_MS = 4_000;

/** Gives seats back that nobody will book. Goes out even when the page is being left. */
export function release(offerIds: readonly string[]): void {
  if (offerIds.length === 0) return;
  void fetch('/v1/ride-offers/release', {
    method: 'POST',
    keepalive: true,
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey(), ...OWN_PAGE_HEADER },
    body: JSON.stringify({ offer_ids: offerIds }),
    // What is not released expires.
  }).catch(() => undefined);
}

async function ask(trip: Trip, firstOfCall: boolean): Promise<Found> {
  const answer = told(
    await client.POST('/v1/ride-offers', {
      params: { header: { 'Idempotency-Key': newKey() } },
      body: offersRequest(trip, firstOfCall, new Date()),
    }),
  );
  const alternative = answer.refusal?.alternative;
  return { offers: alternative ? [alternative] : answer.offers, refusal: answer.refusal ?? null };
}

/**
 * Looks for offers while the trip is being typed.
 *
 * Seats of offers that are no longer shown are given back, and so are those of answers that come too late. Offers
 * that run out are replaced.
 */
export function useOffers(trip: Trip | null) {
  const [search, setSearch] = useState<Search>({ state: 'idle' });
  const held = useRef<readonly string[]>([]);
  const counted = useRef(false);
  const [again, setAgain] = useState(0);
  const key = trip ? tripKey(trip) : null;
  const latest = useRef(trip);
  latest.current = trip;

  const letGo = useCallback((except?: string) => {
    release(held.current.filter((id) => id !== except));
    held.current = [];
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks for the same once more
  useEffect(() => {
    if (key === null) {
      setSearch({ state: 'idle' });
      letGo();
      return;
    }
    let current = true;
    let next: ReturnType<typeof setTimeout>;
    setSearch((before) => ({
      state: 'searching',
      last: before.state === 'found' ? before.found : before.state === 'searching' ? before.last : null,
    }));
    const first = setTimeout(async () => {
      const asked = latest.current;
      if (!asked) return;
      const firstOfCall = !counted.current;
      counted.current = true;
      try {
        const found = await ask(asked, firstOfCall);
        const ids = found.offers.map((offer) => offer.offer_id);
        if (!current) {
          release(ids);
          return;
        }
        letGo();
        held.current = ids;
        setSearch({ state: 'found', found });
        const expires = Math.min(...found.offers.map((offer) => Date.parse(offer.expire_time ?? '')));
        if (Number.isFinite(expires)) {
          next = setTimeout(
            () => setAgain((n) => n + 1),
            Math.max(1_000, expires - Date.now() - BEFORE_EXPIRY_MS),
          );
        }
      } catch (error) {
        if (firstOfCall) counted.current = false;
        if (!current) return;
        setSearch({ state: 'failed', error });
        next = setTimeout(() => setAgain((n) => n + 1), RETRY_MS);
      }
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(first);
      clearTimeout(next);
    };
  }, [key, again, letGo]);

  useEffect(() => {
    const leaving = () => letGo();
    addEventListener('pagehide', leaving);
    return () => {
      removeEventListener('pagehide', leaving);
      letGo();
    };
  }, [letGo]);

  return {
    search,
    /** Asks for the same once more, as after an offer that was gone. */
    askAgain: useCallback(() => setAgain((n) => n + 1), []),
    /** One was booked: the others are given back. */
    keepOnly: letGo,
    /** The next caller's first question is counted again. */
    nextCall: useCallback(() => {
      counted.current = false;
    }, []),
  };
}
