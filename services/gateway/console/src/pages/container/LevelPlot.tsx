import { useMemo } from 'react';
import type { WasteForecastHour, WasteLevel, WasteLift } from '@/api/schema';
import { usePlotWidth } from '@/components/plot_width';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { addDays, instantOf, localDate } from '@/i18n/local_time';
import { HISTORY_DAYS } from './course';
import styles from './LevelPlot.module.css';
import { messages } from './messages';
import { plotOf } from './plot';

const HEIGHT = 260;
const MARGINS = { left: 46, right: 12, top: 14, bottom: 26 };
const FORECAST_DAYS = 8;
/** Room for the word that marks the present. */
const WORD_WIDTH = 40;

interface Props {
  levels: readonly WasteLevel[];
  hours: readonly WasteForecastHour[];
  lifts: readonly WasteLift[];
  criticalShare: number;
  /** What it shows, in a sentence. */
  label: string;
}

/** What was measured, and behind the present what is to come. */
export function LevelPlot({ levels, hours, lifts, criticalShare, label }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const timeZone = useTimeZone();
  const { box, width } = usePlotWidth();
  const now = Date.now();
  const days = useMemo(() => midnights(now, timeZone), [now, timeZone]);
  const plot = plotOf(levels, hours, now, days, { width, height: HEIGHT, ...MARGINS });
  const right = width - MARGINS.right;
  const bottom = HEIGHT - MARGINS.bottom;
  // Without a past, its word would stand on those of the axis.
  const startsNow = plot.now < MARGINS.left + WORD_WIDTH;
  return (
    <figure className={styles.figure} ref={box}>
      <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${HEIGHT}`} className={styles.plot}>
        {plot.shares.map(({ at, value }) => (
          <g key={value}>
            <line className={styles.grid} x1={MARGINS.left} x2={right} y1={at} y2={at} />
            <text x={MARGINS.left - 6} y={at + 4} textAnchor="end">
              {format.percent(value)}
            </text>
          </g>
        ))}
        {plot.days.map(({ at, value }) => (
          <g key={value}>
            <line className={styles.grid} x1={at} x2={at} y1={MARGINS.top} y2={bottom} />
            <text x={at} y={HEIGHT - 8} textAnchor="middle">
              {format.day(new Date(value))}
            </text>
          </g>
        ))}
        <line
          className={styles.critical}
          x1={MARGINS.left}
          x2={right}
          y1={plot.y(criticalShare)}
          y2={plot.y(criticalShare)}
        />
        <text className={styles.criticalWord} x={MARGINS.left + 4} y={plot.y(criticalShare) - 4}>
          {m.critical}
        </text>
        <path className={styles.band} d={plot.band} />
        <path className={styles.measured} d={plot.measured} />
        <path className={styles.median} d={plot.median} />
        {lifts.map((lift) => {
          const at = plot.x(Date.parse(lift.lift_time ?? ''));
          if (!(at >= MARGINS.left && at <= right)) return null;
          return (
            <path key={lift.lift_time} className={styles.lift} d={`M${at - 5},${bottom - 9}h10l-5,9z`} />
          );
        })}
        <line className={styles.now} x1={plot.now} x2={plot.now} y1={MARGINS.top} y2={bottom} />
        <text
          x={startsNow ? plot.now + 4 : plot.now - 4}
          y={MARGINS.top - 3}
          textAnchor={startsNow ? 'start' : 'end'}
        >
          {m.present}
        </text>
      </svg>
      <figcaption className={styles.legend}>
        <span className={styles.keyMeasured}>{m.legendMeasured}</span>
        <span className={styles.keyMedian}>{m.legendMedian}</span>
        <span className={styles.keyBand}>{m.legendBand}</span>
        <span className={styles.keyLift}>{m.lifts}</span>
      </figcaption>
    </figure>
  );
}

function midnights(now: number, timeZone: string): readonly number[] {
  const today = localDate(new Date(now), timeZone);
  return Array.from({ length: HISTORY_DAYS + FORECAST_DAYS + 1 }, (_, index) =>
    instantOf({ ...addDays(today, index - HISTORY_DAYS), hour: 0, minute: 0 }, timeZone).getTime(),
  );
}
