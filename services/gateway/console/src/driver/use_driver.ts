import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useLanguage, useMessages } from '@/i18n/language';
import { type Format, formatFor } from '@/i18n/written';
import type { Driver, Shown } from './driver';
import { messages } from './messages';
import type { Shown as ShownQueue } from './queue';

const USUAL_TIME_ZONE = 'Europe/Berlin';
const LOOK_AGAIN_MS = 5_000;

export const DriverContext = createContext<Driver | null>(null);

export function useDriver(): Driver {
  const driver = useContext(DriverContext);
  if (!driver) throw new Error('outside of DriverContext');
  return driver;
}

export function useShown(): Shown {
  const driver = useDriver();
  return useSyncExternalStore(driver.watch, driver.state);
}

export function useQueue(): ShownQueue {
  const { queue } = useDriver();
  return useSyncExternalStore(queue.watch, queue.state);
}

/** The time by the server's clock, every few seconds. */
export function useNow(): number {
  const driver = useDriver();
  const [now, setNow] = useState(driver.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(driver.now()), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [driver]);
  return now;
}

export function useDriverFormat(): Format {
  const { language } = useLanguage();
  const timeZone = useShown().session?.time_zone || USUAL_TIME_ZONE;
  return useMemo(() => formatFor(language, timeZone), [language, timeZone]);
}

export function useWords() {
  return useMessages(messages);
}
