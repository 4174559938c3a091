import type { Call } from './call';

/** A call begun on another page, as for a ride that is moved. In memory only, and until it was taken. */

let waiting: Call | null = null;

export function handOver(call: Call): void {
  waiting = call;
}

/** What waits; rendering may happen more often than once, so looking does not take it. */
export function handedOver(): Call | null {
  return waiting;
}

export function taken(): void {
  waiting = null;
}
