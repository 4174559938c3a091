import { client, told } from '@/api/client';
import { Problem } from '@/api/problem';
import type { PoolingVehicle, WasteTour } from '@/api/schema';
import type { EventStream, LiveState } from '@/live/event_stream';
import { currentSession, type Session, signIn, signOut } from '@/session/calls';
import { changesBetween, type Halt, type KeptPlan, keptPlan } from './manifest';
import { follow, type Work } from './manifest_feed';
import { ReportQueue } from './queue';
import { deliver, type What } from './reports';
import { type Offset, ServerClock } from './server_clock';
import { PassingStore, PhoneStore, type Store } from './store';
import { type KeptTour, keptTour } from './tour_manifest';

export type Phase = 'opening' | 'no_line' | 'signed_out' | 'choosing' | 'working';

export interface Shown {
  phase: Phase;
  session: Session | null;
  works: readonly Work[];
  work: Work | null;
  plan: KeptPlan | null;
  tour: KeptTour | null;
  line: LiveState;
  /** Rides that came or went while the driver drove. */
  news: { added: readonly Halt[]; removed: readonly Halt[] };
  /** Whether the phone keeps anything at all. */
  keeps: boolean;
}

const NOTHING_NEW: Shown['news'] = { added: [], removed: [] };
const PAGE_SIZE = 500;
const TOUR_ROLES = new Set(['driver', 'depot', 'operator']);

/**
 * What the page knows: kept on the phone first, then as the services tell it.
 *
 * Without a line it shows what it was told last, and keeps what the driver reports.
 */
export class Driver {
  readonly queue: ReportQueue;
  private shown: Shown = {
    phase: 'opening',
    session: null,
    works: [],
    work: null,
    plan: null,
    tour: null,
    line: 'connecting',
    news: NOTHING_NEW,
    keeps: true,
  };
  private readonly watchers = new Set<() => void>();
  private stream: EventStream | null = null;

  private constructor(
    private readonly store: Store,
    private readonly clock: ServerClock,
  ) {
    this.queue = new ReportQueue({
      store,
      deliver: async (report) => {
        const outcome = await deliver(report, clock);
        if (outcome.kind === 'signed_out') void this.ask();
        return outcome;
      },
      now: () => clock.now(),
      newId: () => crypto.randomUUID(),
      exclusively: async (work) => {
        // Outside of encrypted pages there are no locks; then one page is all there should be.
        if (navigator.locks) await navigator.locks.request('landlinie-driver', work);
        else await work();
      },
    });
  }

  static async open(): Promise<Driver> {
    let store: Store;
    try {
      store = await PhoneStore.open();
      void navigator.storage?.persist?.();
    } catch {
      store = new PassingStore();
    }
    const clock = new ServerClock(await store.recall<Offset>('clock'));
    const driver = new Driver(store, clock);
    await driver.begin();
    return driver;
  }

  readonly state = (): Shown => this.shown;

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  };

  /** The server's clock. */
  readonly now = (): number => this.clock.now();

  /** Asks the services who is signed in, and goes on from there. */
  async ask(): Promise<void> {
    let session: Session | null;
    try {
      session = await currentSession();
    } catch (error) {
      const known = this.shown.session;
      if (error instanceof Problem && known && !hasEnded(known, this.now())) {
        // Whoever follows comes back by itself, and asks again then.
        if (this.shown.work && !this.stream) this.startFollowing(this.shown.work);
        return;
      }
      this.show({ phase: 'no_line' });
      return;
    }
    if (!session) {
      await this.leave();
      return;
    }
    await this.enter(session);
  }

  /** Shows the way in, which takes the code from the address. */
  expectCode(): void {
    this.show({ phase: 'signed_out' });
  }

  /** Signs in with the code of a driver's link; throws a Problem. */
  async enterWith(code: string): Promise<void> {
    await signIn(code.split('.').length === 3 ? { token: code } : { code });
    await this.ask();
  }

  async quit(): Promise<void> {
    await signOut();
    await this.leave();
  }

  async choose(work: Work | null): Promise<void> {
    this.stopFollowing();
    if (work) await this.keep('work', work);
    else await this.store.forget('work');
    const { plan, tour } = this.shown;
    this.show({
      work,
      phase: work ? 'working' : 'choosing',
      plan: plan?.vehicle_id === work?.vehicle_id ? plan : null,
      tour: work?.kind === 'tour' && tour?.tour.tour_id === work.tour_id ? tour : null,
      news: NOTHING_NEW,
    });
    if (work) this.startFollowing(work);
  }

  report(what: What, label: string): void {
    void this.queue.add(what, label);
  }

  /** The driver has seen what changed. */
  async seen(): Promise<void> {
    const { tour } = this.shown;
    const read = tour && { ...tour, changes: [] };
    this.show({ news: NOTHING_NEW, tour: read });
    if (read) await this.keep('tour', read);
  }

  /** Shows what was kept before anybody is asked. */
  private async begin(): Promise<void> {
    await this.queue.open();
    const session = await this.store.recall<Session>('session');
    const work = await this.store.recall<Work>('work');
    if (session && !hasEnded(session, this.now())) {
      this.show({
        session,
        work,
        works: (await this.store.recall<Work[]>('works')) ?? [],
        plan: await this.store.recall<KeptPlan>('plan'),
        tour: await this.store.recall<KeptTour>('tour'),
        phase: work ? 'working' : 'choosing',
        keeps: this.store instanceof PhoneStore,
      });
    } else {
      this.show({ keeps: this.store instanceof PhoneStore });
      await this.forget();
    }
    addEventListener('online', () => void this.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.wake();
    });
  }

  private async wake(): Promise<void> {
    this.queue.wake();
    if (this.shown.line !== 'open') await this.ask();
  }

  private async enter(session: Session): Promise<void> {
    let works: Work[];
    try {
      works = await worksOf(session);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return this.leave();
      this.show(this.shown.session ? { session } : { phase: 'no_line', session });
      return;
    }
    await this.keep('session', session);
    await this.keep('works', works);
    const wanted = this.shown.work;
    const found = works.find((work) => wanted && sameWork(work, wanted)) ?? asked(works);
    const work = found ?? (works.length === 1 ? (works[0] ?? null) : null);
    this.show({ session, works });
    // A tour that is over is no work any more, but what was reported of it is still to be told.
    this.queue.letIn([...session.vehicle_ids, ...works.map(({ vehicle_id }) => vehicle_id)]);
    if (!work || !wanted || !sameWork(work, wanted) || !this.stream) await this.choose(work);
    else this.show({ work, phase: 'working' });
  }

  /** Nobody is signed in any more: what waits to be sent stays, all else goes. */
  private async leave(): Promise<void> {
    this.stopFollowing();
    this.queue.letOut();
    this.show({
      phase: 'signed_out',
      session: null,
      works: [],
      work: null,
      plan: null,
      tour: null,
      news: NOTHING_NEW,
    });
    await this.forget();
  }

  private async forget(): Promise<void> {
    for (const name of ['session', 'works', 'work', 'plan', 'tour']) await this.store.forget(name);
  }

  private startFollowing(work: Work): void {
    this.stream = follow(work, this.clock, {
      onPlan: (plan) => void this.heardPlan(work, keptPlan(plan, work.vehicle_id, Date.now())),
      onTour: (tour, changes) => void this.heardTour(keptTour(this.shown.tour, tour, changes, Date.now())),
      onLine: (line) => {
        this.show({ line });
        if (line === 'open') {
          void this.keep('clock', this.clock.known());
          if (this.queue.state().signedOut) void this.ask();
          else this.queue.wake();
        }
        if (line === 'refused') void this.ask();
      },
    });
    this.stream.open();
  }

  private stopFollowing(): void {
    this.stream?.close();
    this.stream = null;
  }

  private async heardPlan(work: Work, plan: KeptPlan): Promise<void> {
    if (!this.shown.work || !sameWork(this.shown.work, work)) return;
    const before = this.shown.plan;
    const news = before ? changesBetween(before, plan, this.queue.state().reports) : NOTHING_NEW;
    const known = this.shown.news;
    this.show({
      plan,
      news: { added: together(known.added, news.added), removed: together(known.removed, news.removed) },
    });
    await this.keep('plan', plan);
  }

  private async heardTour(tour: KeptTour): Promise<void> {
    if (this.shown.work?.kind !== 'tour' || this.shown.work.tour_id !== tour.tour.tour_id) return;
    this.show({ tour });
    // The stream of a tour that is over ends at once, again and again.
    if (isOver(tour.tour)) this.stopFollowing();
    await this.keep('tour', tour);
  }

  private async keep(name: string, value: unknown): Promise<void> {
    try {
      await this.store.keep(name, value);
    } catch {
      this.show({ keeps: false });
    }
  }

  private show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const watcher of this.watchers) watcher();
  }
}

export function isOver(tour: WasteTour): boolean {
  return tour.state === 'TOUR_STATE_CLOSED' || tour.state === 'TOUR_STATE_CANCELLED';
}

/** Each halt once, as it was told last. */
function together(known: readonly Halt[], told: readonly Halt[]): readonly Halt[] {
  return [...new Map([...known, ...told].map((halt) => [halt.key, halt])).values()];
}

function hasEnded(session: Session, now: number): boolean {
  return session.expire_time !== undefined && Date.parse(session.expire_time) <= now;
}

function sameWork(one: Work, other: Work): boolean {
  return (
    one.kind === other.kind &&
    one.vehicle_id === other.vehicle_id &&
    (one.kind === 'tour' ? one.tour_id : '') === (other.kind === 'tour' ? other.tour_id : '')
  );
}

/** Which of them the address names: dispatchers open the page of a vehicle. */
function asked(works: readonly Work[]): Work | undefined {
  const vehicleId = new URLSearchParams(location.search).get('vehicle');
  return works.find((work) => work.vehicle_id === vehicleId);
}

async function worksOf(session: Session): Promise<Work[]> {
  const works: Work[] = (await vehicles()).map(({ vehicle_id, zone_id, name }) => ({
    kind: 'vehicle',
    vehicle_id,
    zone_id,
    name: name || vehicle_id,
  }));
  if (!session.roles.some((role) => TOUR_ROLES.has(role))) return works;
  for (const tour of await tours()) {
    works.push({
      kind: 'tour',
      vehicle_id: tour.truck_id,
      tour_id: tour.tour_id,
      name: tour.truck_id,
      service_date: tour.service_date,
    });
  }
  return works;
}

async function vehicles(): Promise<readonly PoolingVehicle[]> {
  const answer = await client.GET('/v1/vehicles', { params: { query: { page_size: PAGE_SIZE } } });
  return isWithout(answer.response) ? [] : told(answer).vehicles;
}

async function tours(): Promise<readonly WasteTour[]> {
  const answer = await client.GET('/v1/tours', {
    params: { query: { states: ['TOUR_STATE_APPROVED', 'TOUR_STATE_STARTED'], page_size: PAGE_SIZE } },
  });
  return isWithout(answer.response) ? [] : told(answer).tours;
}

/** Districts may do without one of the services, and callers may have nothing to do with it. */
function isWithout(response: Response): boolean {
  return response.status === 501 || response.status === 403;
}
