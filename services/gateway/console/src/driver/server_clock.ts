/**
 * What the server's clock shows, told by the `Date` of its answers: phones are minutes wrong now and then, and what
 * is reported late has to say when it happened.
 *
 * A date is the second in which an answer was written. Both ends of what it can mean are kept; of these the earlier one
 * is taken, for what happens in the future is refused.
 */

/** Differences beyond this are no clock that goes wrong: the services play another day. */
const MOST_MS = 12 * 3_600_000;

export interface Offset {
  /** The server's clock minus the phone's lies between these. */
  low: number;
  high: number;
}

export class ServerClock {
  private offset: Offset | null;

  constructor(
    kept: Offset | null = null,
    private readonly phone: () => number = Date.now,
  ) {
    this.offset = kept;
  }

  /** Takes an answer's `Date`, and when the phone asked. */
  hear(date: string | null, askedAt: number): void {
    const second = date ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(second)) return;
    const said = { low: second - this.phone(), high: second + 1000 - askedAt };
    const both = this.offset && {
      low: Math.max(this.offset.low, said.low),
      high: Math.min(this.offset.high, said.high),
    };
    // Where they contradict each other, one of the clocks was set meanwhile.
    this.offset = both && both.low <= both.high ? both : said;
  }

  /** For keeping. */
  known(): Offset | null {
    return this.offset;
  }

  /** Milliseconds since 1970, never later than on the server as far as that can be known. */
  now(): number {
    const low = this.offset?.low ?? 0;
    return this.phone() + (Math.abs(low) > MOST_MS ? 0 : low);
  }
}
