import { useCallback, useState } from 'react';

const FIRST_WIDTH = 640;
const LEAST_WIDTH = 240;

/** As wide as there is room, so that words in a plot stay as large as all others. */
export function usePlotWidth() {
  const [width, setWidth] = useState(FIRST_WIDTH);
  const box = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(LEAST_WIDTH, Math.floor(entry.contentRect.width)));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}
