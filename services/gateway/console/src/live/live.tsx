import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import { EventStream, type LiveEvent, type LiveState } from './event_stream';

type Listener = (event: LiveEvent) => void;

/** One stream of events for all pages. */
export class Live {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly watchers = new Set<() => void>();
  private readonly stream: EventStream;
  private current: LiveState = 'connecting';

  constructor(url: string) {
    this.stream = new EventStream({
      url,
      onEvent: (event) => this.tell(event),
      onState: (state) => this.become(state),
    });
  }

  readonly open = () => this.stream.open();
  readonly close = () => this.stream.close();
  readonly state = () => this.current;

  readonly watchState = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  };

  /** Calls the listener with every event of these types; `*` is all. Returns what ends it. */
  readonly on = (types: readonly string[], listener: Listener) => {
    for (const type of types) {
      const known = this.listeners.get(type) ?? new Set();
      known.add(listener);
      this.listeners.set(type, known);
    }
    return () => {
      for (const type of types) this.listeners.get(type)?.delete(listener);
    };
  };

  private tell(event: LiveEvent): void {
    for (const type of [event.type, '*']) {
      for (const listener of this.listeners.get(type) ?? []) listener(event);
    }
  }

  private become(state: LiveState): void {
    this.current = state;
    for (const watcher of this.watchers) watcher();
  }
}

const LiveContext = createContext<Live | null>(null);

interface ProviderProps {
  url: string;
  /** The caller is no longer let in. */
  onRefused: () => void;
  children: ReactNode;
}

/** Opens the stream for as long as somebody is signed in. */
export function LiveProvider({ url, onRefused, children }: ProviderProps) {
  const live = useMemo(() => new Live(url), [url]);
  const queries = useQueryClient();
  const refused = useRef(onRefused);
  refused.current = onRefused;
  useEffect(() => {
    // What happened meanwhile can no longer be told: everything is asked anew.
    const ended = live.on(['resync'], () => void queries.invalidateQueries());
    const unwatched = live.watchState(() => {
      if (live.state() === 'refused') refused.current();
    });
    live.open();
    return () => {
      ended();
      unwatched();
      live.close();
    };
  }, [live, queries]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLiveSource(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('outside of LiveProvider');
  return live;
}

export function useLiveState(): LiveState {
  const live = useLiveSource();
  return useSyncExternalStore(live.watchState, live.state);
}

/** Calls the listener with every event of these types while the component is there. */
export function useLive(types: readonly string[], listener: Listener): void {
  const live = useLiveSource();
  const latest = useRef(listener);
  latest.current = listener;
  const key = types.join(' ');
  useEffect(() => live.on(key.split(' '), (event) => latest.current(event)), [live, key]);
}

const TOGETHER_MS = 400;
const PAUSES_PER_ANSWER = 4;

/**
 * Asks a query anew after events of these types; of many close together, once.
 *
 * Events that come while it is being asked make it ask once more afterwards, so that a steady stream of them neither
 * holds the answer back nor leaves an old one standing. Which query it is may depend on the event.
 */
export function useLiveQuery(
  types: readonly string[],
  queryKey: QueryKey | ((event: LiveEvent) => QueryKey),
  pauseMs: number = TOGETHER_MS,
): void {
  const queries = useQueryClient();
  const asking = useRef(new Map<string, { stale: boolean }>());
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  useLive(types, (event) => {
    const key = typeof queryKey === 'function' ? queryKey(event) : queryKey;
    const name = JSON.stringify(key);
    const before = asking.current.get(name);
    if (before) {
      before.stale = true;
      return;
    }
    const current = { stale: true };
    asking.current.set(name, current);
    void (async () => {
      let pause = pauseMs;
      while (current.stale && !gone.current) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        current.stale = false;
        const beganMs = performance.now();
        if (!gone.current) await queries.invalidateQueries({ queryKey: key });
        // What takes long to ask, a large district's plans, is asked less often.
        pause = Math.max(pauseMs, PAUSES_PER_ANSWER * (performance.now() - beganMs));
      }
      asking.current.delete(name);
    })();
  });
}
