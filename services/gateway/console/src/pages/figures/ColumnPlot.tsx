import { useEffect, useId, useRef, useState } from 'react';
import { DataTable } from '@/components/DataTable';
import { useMessages } from '@/i18n/language';
import styles from './ColumnPlot.module.css';
import { messages } from './messages';
import { type Heights, highestOf, namedEvery, scaleTo } from './scale';

const HEIGHT = 220;
const FIRST_WIDTH = 480;
const MARGIN = { left: 52, right: 22, top: 12, bottom: 24 };
const NAME_PX = 54;
const MOST_COLUMN_PX = 44;
const GAP_SHARE = 0.28;

export interface PlotColumn {
  /** Its first day. */
  id: string;
  name: string;
  heights: Heights;
}

interface Props {
  title: string;
  about: string;
  /** What columns stand for: a day, a week, a month. */
  periodWord: string;
  series: readonly string[];
  columns: readonly PlotColumn[];
  write: (value: number) => string;
  stacked?: boolean;
  wholeOnly?: boolean;
  /** The top where there is nothing to show. */
  least?: number;
}

/** Columns over time. All that is drawn stands in a table behind it, too; series differ by pattern, not only colour. */
export function ColumnPlot(props: Props) {
  const { title, about, periodWord, series, columns, write, stacked, wholeOnly, least = 4 } = props;
  const m = useMessages(messages);
  const { box, width } = useWidth();
  const patterns = useId();
  const scale = scaleTo(
    highestOf(
      columns.map((column) => column.heights),
      Boolean(stacked),
    ),
    least,
    Boolean(wholeOnly),
  );
  const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
  const room = right - MARGIN.left;
  const slot = room / Math.max(columns.length, 1);
  const columnPx = Math.min(MOST_COLUMN_PX, slot * (1 - GAP_SHARE));
  const y = (value: number) => bottom - (value / scale.top) * (bottom - MARGIN.top);
  const every = namedEvery(columns.length, room, NAME_PX);
  return (
    <figure className={styles.figure} ref={box} aria-label={title}>
      <figcaption>
        <h3>{title}</h3>
        <p>{about}</p>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} className={styles.plot} aria-hidden="true">
        <defs>
          <pattern
            id={`${patterns}-1`}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="6" height="6" className={styles.ground} />
            <line x1="0" y1="0" x2="0" y2="6" className={styles.stroke} />
          </pattern>
        </defs>
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={MARGIN.left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={MARGIN.left - 6} y={y(tick) + 4} textAnchor="end">
              {write(tick)}
            </text>
          </g>
        ))}
        {columns.map((column, index) => {
          const middle = MARGIN.left + slot * (index + 0.5);
          return (
            <g key={column.id}>
              <title>{`${column.name}: ${told(column, series, write)}`}</title>
              <Bars
                heights={column.heights}
                stacked={Boolean(stacked)}
                left={middle - columnPx / 2}
                width={columnPx}
                y={y}
                patterns={patterns}
              />
              {index % every === 0 && (
                <text x={middle} y={HEIGHT - 7} textAnchor="middle">
                  {column.name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      {series.length > 1 && (
        <ul className={styles.legend} aria-hidden="true">
          {series.map((name, index) => (
            <li key={name}>
              <span className={index === 0 ? styles.keySolid : styles.keyStriped} />
              {name}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>
          {m.asTable} <span className="only-read-aloud">{title}</span>
        </summary>
        <DataTable
          label={title}
          rows={columns}
          rowId={(column) => column.id}
          columns={[
            { id: 'period', header: periodWord, cell: (column) => column.name },
            ...series.map((name, index) => ({
              id: name,
              header: name,
              numeric: true,
              cell: (column: PlotColumn) => written(column.heights[index], write),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

interface BarProps {
  heights: Heights;
  stacked: boolean;
  left: number;
  width: number;
  y: (value: number) => number;
  patterns: string;
}

function Bars({ heights, stacked, left, width, y, patterns }: BarProps) {
  const each = stacked ? width : width / heights.length;
  let below = 0;
  return heights.map((height, index) => {
    if (height === null || height <= 0) return null;
    const from = stacked ? below : 0;
    below += height;
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: a series is known by its place
        key={index}
        x={left + (stacked ? 0 : each * index)}
        width={Math.max(each - (stacked ? 0 : 1), 1)}
        y={y(from + height)}
        height={Math.max(y(from) - y(from + height), 1)}
        {...looks(index, patterns)}
      />
    );
  });
}

/** The first series is solid, the second striped. */
function looks(index: number, patterns: string): { className?: string; fill?: string; stroke?: string } {
  if (index === 0) return { className: styles.solid ?? '' };
  return { fill: `url(#${patterns}-1)`, className: styles.striped ?? '' };
}

function written(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? '–' : write(value);
}

function told(column: PlotColumn, series: readonly string[], write: (value: number) => string): string {
  return series.map((name, index) => `${name} ${written(column.heights[index], write)}`).join(', ');
}

/** As wide as there is room, so that words in the plot stay as large as all others. */
function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(240, Math.floor(entry.contentRect.width)));
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}
