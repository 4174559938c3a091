import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import type { PoolingMove } from '@/api/schema';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import { heightOf, RowView } from './RowView';
import { findBar, nearest, neighbour, type Row } from './rows';
import { hoursAt, type Scale, scrollAfterZoom, ticksOf } from './scale';
import styles from './Timeline.module.css';

/** Width of the names; on a phone the day needs the room. */
export const NAMES_PX = matchMedia('(max-width: 40rem)').matches ? 128 : 208;
const OVERSCAN = 4;

interface Props {
  box: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  scale: Scale;
  hourPx: number;
  /** Not given where the day is not today. */
  nowMs: number | null;
  selectedId: string | null;
  onSelect: (rideId: string) => void;
  /** A ride that the focus goes to once it is in its vehicle's row. */
  wanted: RefObject<{ rideId: string; vehicleId: string } | null>;
  /** While a ride is dragged. */
  offers: ReadonlyMap<string, PoolingMove> | 'asking' | null;
  over: string | null;
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onWheelZoom: (factor: number) => void;
}

/** Vehicles by time; of hundreds, those in view are drawn. */
export function Grid(props: Props) {
  const { box, rows, scale, hourPx, nowMs, selectedId, onSelect, wanted, offers, over } = props;
  const m = useMessages(messages);
  const format = useFormat();
  const selected = useMemo(() => findBar(rows, selectedId), [rows, selectedId]);
  const selectedRow = selected?.rowIndex;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    getItemKey: (index) => rows[index]?.vehicleId ?? index,
    estimateSize: (index) => {
      const row = rows[index];
      return row ? heightOf(row) : 0;
    },
    overscan: OVERSCAN,
    // The row of the ride that has the focus stays, or the keys would lead nowhere.
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = new Set(defaultRangeExtractor(range));
        if (selectedRow !== undefined && selectedRow < range.count) shown.add(selectedRow);
        return [...shown].sort((one, other) => one - other);
      },
      [selectedRow],
    ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are as high as their lanes
  useLayoutEffect(() => virtual.measure(), [rows]);

  // Where the pointer is while its wheel zooms; keys and buttons zoom the middle.
  const anchorOf = useRef<number | null>(null);
  const zoomed = useRef(hourPx);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && zoomed.current !== hourPx) {
      const anchor = anchorOf.current ?? (element.clientWidth - NAMES_PX) / 2;
      element.scrollLeft = scrollAfterZoom(element.scrollLeft, anchor, zoomed.current, hourPx);
    }
    anchorOf.current = null;
    zoomed.current = hourPx;
  }, [box, hourPx]);

  const zoom = useRef(props.onWheelZoom);
  zoom.current = props.onWheelZoom;
  useEffect(() => {
    const element = box.current;
    function wheel(event: WheelEvent) {
      if (!event.ctrlKey || !element) return;
      // React's own listener may not keep the browser from zooming the page.
      event.preventDefault();
      anchorOf.current = Math.max(0, event.clientX - element.getBoundingClientRect().left - NAMES_PX);
      zoom.current(Math.exp(-event.deltaY / 400));
    }
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  }, [box]);

  useLayoutEffect(() => {
    if (!wanted.current) return;
    const { rideId, vehicleId } = wanted.current;
    const bar = box.current?.querySelector<HTMLElement>(
      `[data-vehicle="${vehicleId}"] [data-ride="${rideId}"]`,
    );
    if (!bar) return;
    wanted.current = null;
    bar.focus({ preventScroll: true });
    bar.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  function press(event: KeyboardEvent<HTMLDivElement>) {
    if (!event.key.startsWith('Arrow') || event.ctrlKey || event.altKey || event.metaKey) return;
    const bar = selected
      ? neighbour(rows, selected, event.key)
      : nearest(rows.find((row) => row.bars.length > 0)?.bars ?? [], nowMs ?? scale.startMs);
    if (!bar) return;
    event.preventDefault();
    wanted.current = { rideId: bar.ride.ride_id, vehicleId: bar.ride.vehicle_id };
    onSelect(bar.ride.ride_id);
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={box}
      role="group"
      aria-label={m.grid}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and arrow keys go from ride to ride
      tabIndex={0}
      className={styles.box}
      style={{ '--hour': `${hourPx}px`, '--names': `${NAMES_PX}px` } as React.CSSProperties}
      data-dragging={offers !== null || undefined}
      onKeyDown={press}
      onPointerDown={props.onPointerDown}
      onClick={(event) => {
        const target = event.target instanceof Element ? event.target : null;
        const rideId = target?.closest<HTMLElement>('[data-ride]')?.dataset.ride;
        if (rideId) onSelect(rideId);
      }}
    >
      <div className={styles.all} style={{ width: `calc(${NAMES_PX}px + var(--hour) * ${scale.hours})` }}>
        <div className={styles.head} aria-hidden="true">
          <span className={styles.corner} />
          {ticksOf(scale, hourPx).map((instant) => (
            <span
              key={instant}
              className={styles.tick}
              style={{ left: `calc(${NAMES_PX}px + var(--hour) * ${hoursAt(scale, instant)})` }}
            >
              {format.time(new Date(instant))}
            </span>
          ))}
        </div>
        <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {/* Below the rows: their names cover it. */}
          {nowMs !== null && (
            <i
              className={styles.now}
              style={{ left: `calc(${NAMES_PX}px + var(--hour) * ${hoursAt(scale, nowMs).toFixed(4)})` }}
            />
          )}
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row && (
                <div key={key} className={styles.placed} style={{ transform: `translateY(${start}px)` }}>
                  <RowView
                    row={row}
                    scale={scale}
                    selectedId={index === selectedRow ? selectedId : null}
                    offer={
                      offers instanceof Map ? (offers.get(row.vehicleId) ?? 'elsewhere') : offers && 'asking'
                    }
                    isOver={over === row.vehicleId}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
