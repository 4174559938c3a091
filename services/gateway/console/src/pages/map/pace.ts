/** Slower than that does not look like moving; a longer pause is somebody who holds the map still. */
const SLOW_MS = 40;
const PAUSE_MS = 700;
const LOOKED_AT = 7;

/** Finds out while the map is moved whether this machine draws it fast enough. */
export class Pace {
  private lastMs: number | null = null;
  private readonly spans: number[] = [];

  /** A frame was drawn, at this instant, while the map is moved. Says whether most of the last ones took too long. */
  isSlow(nowMs: number): boolean {
    const span = this.lastMs === null ? PAUSE_MS : nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (span >= PAUSE_MS) return false;
    this.spans.push(span);
    if (this.spans.length > LOOKED_AT) this.spans.shift();
    return this.spans.filter((each) => each > SLOW_MS).length > LOOKED_AT / 2;
  }

  /** The map is no longer moved. */
  rest(): void {
    this.lastMs = null;
  }
}
