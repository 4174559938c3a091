import type { Outcome, Report, What } from './reports';
import type { Store } from './store';

/** So long a report can be taken back, unless the next one is made before. */
export const HOLD_MS = 6_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
const MOST_TRIES = 5;
/** Reports that were taken are what the page shows as done; after that they are of no use. */
const KEPT_MS = 18 * 3_600_000;

interface Options {
  store: Store;
  deliver: (report: Report) => Promise<Outcome>;
  /** The server's clock, as far as it is known; milliseconds. */
  now: () => number;
  newId: () => string;
  /** Runs work that only one page of this phone may do at a time. */
  exclusively: (work: () => Promise<void>) => Promise<void>;
}

/** What the queue is about, for those who look: a new object with every change. */
export interface Shown {
  reports: readonly Report[];
  /** Being sent. */
  sending: number | null;
  /** Can be taken back until then; by the server's clock. */
  held: { sequence: number; until: number } | null;
  /** The session has ended: nothing is sent until somebody signs in. */
  signedOut: boolean;
  /** The browser could not keep the last report: it is gone when the page is closed. */
  unkept: boolean;
}

/**
 * Reports on their way: kept first, then sent in the order in which things happened, each until it has an answer.
 *
 * One that is refused is set aside for the driver to see; those after it go on, for the services judge each by itself.
 */
export class ReportQueue {
  private shown: Shown = { reports: [], sending: null, held: null, signedOut: true, unkept: false };
  private readonly watchers = new Set<() => void>();
  private vehicles: ReadonlySet<string> = new Set();
  private failures = 0;
  private holding: ReturnType<typeof setTimeout> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  /** Something has changed since the queue was looked at. */
  private wanted = false;

  constructor(private readonly options: Options) {}

  readonly state = (): Shown => this.shown;

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  };

  /** Reads what was kept, and forgets what is old. */
  async open(): Promise<void> {
    const old = this.options.now() - KEPT_MS;
    for (const report of await this.options.store.reports()) {
      if (report.state === 'taken' && report.time < old) await this.options.store.remove(report.sequence);
    }
    await this.reread();
  }

  /** From now on reports about these vehicles can be sent. */
  letIn(vehicles: Iterable<string>): void {
    this.vehicles = new Set(vehicles);
    this.show({ signedOut: false });
    void this.flush();
  }

  letOut(): void {
    this.vehicles = new Set();
    this.show({ signedOut: true });
  }

  async add(what: What, label: string): Promise<void> {
    const last = this.shown.reports.at(-1);
    const now = this.options.now();
    const made = {
      id: this.options.newId(),
      what,
      label,
      // What happens later is never told as earlier, whatever became of the phone's clock in between.
      time: Math.max(now, last?.time ?? 0),
      state: 'waiting' as const,
      tries: 0,
    };
    let sequence = (last?.sequence ?? 0) + 1;
    let { unkept } = this.shown;
    // Once something could not be kept, the page is what knows everything.
    if (!unkept) {
      try {
        sequence = await this.options.store.add(made);
      } catch {
        unkept = true;
      }
    }
    this.show({
      reports: [...this.shown.reports, { ...made, sequence }],
      held: { sequence, until: now + HOLD_MS },
      unkept,
    });
    this.hold(sequence);
    void this.flush();
  }

  /** Also where it waits behind others that find no network. */
  private hold(sequence: number): void {
    if (this.holding) clearTimeout(this.holding);
    this.holding = setTimeout(() => {
      if (this.shown.held?.sequence === sequence) this.show({ held: null });
    }, HOLD_MS);
  }

  /** Takes back what is not on its way yet; false where it is. */
  async takeBack(sequence: number): Promise<boolean> {
    const report = this.shown.reports.find((each) => each.sequence === sequence);
    if (report?.state !== 'waiting' || this.shown.sending === sequence) return false;
    await this.drop(sequence);
    return true;
  }

  /** The driver has seen that it was refused. */
  async dismiss(sequence: number): Promise<void> {
    const report = this.shown.reports.find((each) => each.sequence === sequence);
    if (report?.state === 'refused') await this.drop(sequence);
  }

  /** Sends what was refused once more. */
  async again(sequence: number): Promise<void> {
    const report = this.shown.reports.find((each) => each.sequence === sequence);
    if (report?.state !== 'refused') return;
    const { refusal: _, settled: __, ...rest } = report;
    await this.replace({ ...rest, state: 'waiting', tries: 0 });
    void this.flush();
  }

  /** There may be a line again: does not wait any longer. */
  wake(): void {
    this.failures = 0;
    void this.flush();
  }

  /** Sends what waits; resolves when there is nothing more to do now. */
  async flush(): Promise<void> {
    this.wanted = true;
    this.running ??= this.sendWhileWanted().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async sendWhileWanted(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      await this.options.exclusively(() => this.sendAll());
    }
  }

  close(): void {
    this.stopWaiting();
    if (this.holding) clearTimeout(this.holding);
  }

  private stopWaiting(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private async sendAll(): Promise<void> {
    this.stopWaiting();
    for (;;) {
      await this.reread();
      const next = this.shown.reports.find(
        (report) => report.state === 'waiting' && this.vehicles.has(report.what.vehicle_id),
      );
      if (!next || this.shown.signedOut) return;
      const { held } = this.shown;
      const left = held?.sequence === next.sequence ? held.until - this.options.now() : 0;
      if (left > 0) return this.comeBackAfter(Math.min(left, HOLD_MS));
      if (!(await this.sendOne(next))) return;
    }
  }

  /** Whether the next one may follow. */
  private async sendOne(report: Report): Promise<boolean> {
    const { held } = this.shown;
    this.show({ sending: report.sequence, held: held?.sequence === report.sequence ? null : held });
    let outcome: Outcome;
    try {
      outcome = await this.options.deliver(report);
    } catch {
      // Not even a problem the services told: cut off in the middle of an answer.
      outcome = { kind: 'later', afterS: null, counts: true };
    }
    const tries = report.tries + (outcome.kind === 'later' && outcome.counts ? 1 : 0);
    if (outcome.kind === 'later' && tries >= MOST_TRIES) {
      outcome = { kind: 'refused', reason: 'NO_GOOD_ANSWER', message: '' };
    }
    const settled = Date.now();
    switch (outcome.kind) {
      case 'taken':
        await this.replace({ ...report, state: 'taken', settled });
        break;
      case 'refused': {
        const { reason, message } = outcome;
        await this.replace({ ...report, state: 'refused', settled, refusal: { reason, message } });
        break;
      }
      case 'later':
        await this.replace({ ...report, tries });
        this.show({ sending: null });
        this.comeBackAfter(outcome.afterS === null ? this.wait() : outcome.afterS * 1000);
        return false;
      case 'signed_out':
        this.show({ sending: null });
        this.letOut();
        return false;
    }
    this.failures = 0;
    this.show({ sending: null });
    return true;
  }

  /** Twice as long after every failure, each phone a little different. */
  private wait(): number {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    return longest * (0.5 + Math.random() / 2);
  }

  private comeBackAfter(milliseconds: number): void {
    this.stopWaiting();
    this.timer = setTimeout(() => void this.flush(), milliseconds);
  }

  /** Another page of this phone may have sent some of them. */
  private async reread(): Promise<void> {
    if (this.shown.unkept) return;
    const reports = await this.options.store.reports();
    if (JSON.stringify(reports) !== JSON.stringify(this.shown.reports)) this.show({ reports });
  }

  private async replace(report: Report): Promise<void> {
    if (!this.shown.unkept) await this.options.store.put(report);
    this.show({
      reports: this.shown.reports.map((each) => (each.sequence === report.sequence ? report : each)),
    });
  }

  private async drop(sequence: number): Promise<void> {
    if (!this.shown.unkept) await this.options.store.remove(sequence);
    const { held } = this.shown;
    this.show({
      reports: this.shown.reports.filter((each) => each.sequence !== sequence),
      held: held?.sequence === sequence ? null : held,
    });
  }

  private show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
