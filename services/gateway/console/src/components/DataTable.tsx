import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useMessages } from '@/i18n/language';
import styles from './DataTable.module.css';
import { messages } from './messages';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What to order by; columns without it are not ordered. */
  order?: (row: Row) => string | number;
  /** Left out on narrow screens. */
  minor?: boolean;
  numeric?: boolean;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Enter or a click on a row. */
  onOpen?: (row: Row) => void;
  /** Column and direction at first. */
  first?: { id: string; descending?: boolean };
}

const ROW_PX = 38;
const VIRTUAL_FROM = 150;

/** A table in which arrow keys go from row to row; thousands of rows cost what is in view. */
export function DataTable<Row>({ label, columns, rows, rowId, onOpen, first }: Props<Row>) {
  const m = useMessages(messages);
  const [order, setOrder] = useState(first ?? null);
  const box = useRef<HTMLDivElement>(null);
  const ordered = useMemo(() => inOrder(rows, columns, order), [rows, columns, order]);
  const isLong = ordered.length > VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: isLong ? ordered.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const shown = isLong ? virtual.getVirtualItems() : ordered.map((_, index) => ({ index, start: 0, end: 0 }));
  const above = isLong ? (shown[0]?.start ?? 0) : 0;
  const below = isLong ? virtual.getTotalSize() - (shown.at(-1)?.end ?? 0) : 0;

  function move(event: KeyboardEvent<HTMLTableRowElement>, index: number) {
    if (event.target !== event.currentTarget) return;
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: ordered.length - 1 }[event.key];
    const row = ordered[index];
    if (target !== undefined) {
      const next = Math.max(0, Math.min(ordered.length - 1, target));
      if (isLong) virtual.scrollToIndex(next);
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`tr[data-row="${next}"]`)?.focus());
    } else if (event.key === 'Enter' && row && onOpen) {
      onOpen(row);
    } else {
      return;
    }
    event.preventDefault();
  }

  return (
    <section className={styles.box} ref={box} aria-label={label} tabIndex={isLong || !onOpen ? 0 : undefined}>
      <table className={styles.table} aria-rowcount={ordered.length + 1}>
        <caption className="only-read-aloud">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                data-minor={column.minor || undefined}
                data-numeric={column.numeric || undefined}
                aria-sort={
                  order?.id === column.id ? (order.descending ? 'descending' : 'ascending') : undefined
                }
              >
                {column.order ? (
                  <button
                    type="button"
                    title={m.sortBy(column.header)}
                    onClick={() =>
                      setOrder({ id: column.id, descending: order?.id === column.id && !order.descending })
                    }
                  >
                    {column.header}
                    {order?.id === column.id &&
                      (order.descending ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />)}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && (
            <tr aria-hidden="true">
              <td style={{ height: above }} colSpan={columns.length} />
            </tr>
          )}
          {shown.map(({ index }) => {
            const row = ordered[index];
            if (row === undefined) return null;
            return (
              <tr
                key={rowId(row)}
                data-row={index}
                aria-rowindex={index + 2}
                tabIndex={onOpen ? 0 : undefined}
                data-opens={onOpen ? true : undefined}
                onClick={onOpen ? () => onOpen(row) : undefined}
                onKeyDown={onOpen ? (event) => move(event, index) : undefined}
              >
                {columns.map((column) => (
                  <td
                    key={column.id}
                    data-minor={column.minor || undefined}
                    data-numeric={column.numeric || undefined}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 && (
            <tr aria-hidden="true">
              <td style={{ height: below }} colSpan={columns.length} />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: { id: string; descending?: boolean } | null,
): readonly Row[] {
  const by = columns.find((column) => column.id === order?.id)?.order;
  if (!by) return rows;
  const sign = order?.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    const ranked =
      typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
    return sign * ranked;
  });
}
