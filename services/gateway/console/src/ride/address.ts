/** Where the page is, behind the hash: that part of an address reaches no server, and no log. */

import { useSyncExternalStore } from 'react';

export type Address =
  | { view: 'plan' }
  | { view: 'confirm' }
  | { view: 'trips' }
  | { view: 'bill' }
  | { view: 'booking'; bookingId: string };

const BOOKING = /^#\/booking\/([A-Za-z0-9._:-]{1,64})$/;
const VIEWS = { '#/trips': 'trips', '#/bill': 'bill', '#/confirm': 'confirm' } as const;

export function addressOf(hash: string): Address {
  const bookingId = BOOKING.exec(hash)?.[1];
  if (bookingId) return { view: 'booking', bookingId };
  const view = VIEWS[hash as keyof typeof VIEWS];
  return { view: view ?? 'plan' };
}

export function hashOf(address: Address): string {
  if (address.view === 'booking') return `#/booking/${address.bookingId}`;
  return address.view === 'plan' ? '#/' : `#/${address.view}`;
}

/** Goes there; the browser's way back leads to where one was. */
export function goTo(address: Address): void {
  location.hash = hashOf(address);
}

function watchHash(watcher: () => void): () => void {
  addEventListener('hashchange', watcher);
  return () => removeEventListener('hashchange', watcher);
}

export function useHash(): string {
  return useSyncExternalStore(watchHash, () => location.hash);
}
