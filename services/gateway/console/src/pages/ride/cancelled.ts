/** The reason of a ride in whose place the same people booked anew. */
export const MOVED = 'moved';

/** Why a ride was cancelled: what programs give as a reason has words, what people typed stays as it is. */
export function whyCancelled(reason: string, words: Readonly<Record<string, string>>): string {
  const known = Object.hasOwn(words, reason) ? words[reason] : undefined;
  return known ?? (reason || '–');
}
