import { useSyncExternalStore } from 'react';
import type { Call } from './call';

/** Calls whose rides were booked in this window, newest first. In memory only, and few. */

export interface Recent {
  /** The ride's or booking's. */
  id: string;
  call: Call;
}

const MOST_KEPT = 8;

let recent: readonly Recent[] = [];
const watchers = new Set<() => void>();

export function keepRecent(entry: Recent): void {
  recent = [entry, ...recent].slice(0, MOST_KEPT);
  for (const watcher of watchers) watcher();
}

export function useRecent(): readonly Recent[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => recent,
  );
}
