import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { PoolingRide } from '@/api/schema';

/** Shorter than that is a click. */
const BEGINS_PX = 5;
const EDGE_PX = 40;
const SCROLL_PX = 10;

interface Options {
  /** What scrolls. */
  box: RefObject<HTMLDivElement | null>;
  /** The ride of a bar, where it may be dragged. */
  rideOf: (rideId: string) => PoolingRide | null;
  onBegin: (ride: PoolingRide) => void;
  onDrop: (ride: PoolingRide, vehicleId: string) => void;
}

/** Takes a ride by the pointer to another vehicle's row; Escape lets it go where it was. */
export function useDrag({ box, rideOf, onBegin, onDrop }: Options) {
  const [ride, setRide] = useState<PoolingRide | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const ghost = useRef<HTMLDivElement>(null);
  const latest = useRef({ rideOf, onBegin, onDrop });
  latest.current = { rideOf, onBegin, onDrop };
  const end = useRef<(() => void) | null>(null);
  // The page may be left in the middle of a drag.
  useEffect(() => () => end.current?.(), []);

  function begin(event: PointerEvent<HTMLElement>) {
    const bar = event.target instanceof Element && event.target.closest<HTMLElement>('[data-ride]');
    // A finger scrolls; who has no mouse moves rides by the list.
    if (!bar || event.button !== 0 || event.pointerType === 'touch') return;
    const taken = latest.current.rideOf(bar.dataset.ride ?? '');
    if (!taken) return;
    const from = { x: event.clientX, y: event.clientY };
    let at = from;
    let frame = 0;
    let target: string | null = null;

    function follow() {
      frame = requestAnimationFrame(follow);
      if (ghost.current) ghost.current.style.transform = `translate(${at.x + 12}px, ${at.y + 12}px)`;
      const area = box.current?.getBoundingClientRect();
      if (area && at.y < area.top + EDGE_PX) box.current?.scrollBy(0, -SCROLL_PX);
      if (area && at.y > area.bottom - EDGE_PX) box.current?.scrollBy(0, SCROLL_PX);
      const row = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>('[data-vehicle]');
      const now = row?.dataset.vehicle ?? null;
      if (now !== target) {
        target = now;
        setOver(now);
      }
    }
    function moved(next: globalThis.PointerEvent) {
      at = { x: next.clientX, y: next.clientY };
      if (frame === 0 && taken && Math.hypot(at.x - from.x, at.y - from.y) >= BEGINS_PX) {
        setRide(taken);
        latest.current.onBegin(taken);
        follow();
      }
    }
    function stop() {
      cancelAnimationFrame(frame);
      window.removeEventListener('pointermove', moved);
      window.removeEventListener('pointerup', released);
      window.removeEventListener('pointercancel', stop);
      window.removeEventListener('keydown', pressed, true);
      end.current = null;
      setRide(null);
      setOver(null);
    }
    function released(last: globalThis.PointerEvent) {
      const row = document
        .elementFromPoint(last.clientX, last.clientY)
        ?.closest<HTMLElement>('[data-vehicle]');
      const isDrag = frame !== 0;
      stop();
      if (isDrag && taken && row?.dataset.vehicle) latest.current.onDrop(taken, row.dataset.vehicle);
    }
    function pressed(key: KeyboardEvent) {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      stop();
    }
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', released);
    window.addEventListener('pointercancel', stop);
    window.addEventListener('keydown', pressed, true);
    end.current = stop;
  }

  return { ride, over, ghost, begin };
}
