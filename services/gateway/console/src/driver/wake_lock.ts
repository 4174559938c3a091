import { useEffect, useState } from 'react';
import { recall, remember } from '@/app/remembered';

const KEY = 'driver.awake';

interface Awake {
  possible: boolean;
  wanted: boolean;
  choose: (wanted: boolean) => void;
}

/** Keeps the screen on while the page is seen; the browser lets go whenever it is not. */
export function useWakeLock(): Awake {
  const possible = 'wakeLock' in navigator;
  const [wanted, setWanted] = useState(() => recall(KEY) !== 'off');
  useEffect(() => {
    if (!possible || !wanted) return;
    let held: WakeLockSentinel | null = null;
    let over = false;
    const take = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        held = await navigator.wakeLock.request('screen');
        if (over) await held.release();
      } catch {
        // The battery is low, or the browser does not want to: the screen goes out as it always does.
      }
    };
    void take();
    document.addEventListener('visibilitychange', take);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', take);
      void held?.release();
    };
  }, [possible, wanted]);
  return {
    possible,
    wanted,
    choose: (next) => {
      remember(KEY, next ? 'on' : 'off');
      setWanted(next);
    },
  };
}
