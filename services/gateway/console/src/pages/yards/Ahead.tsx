import type { WasteYardHour } from '@/api/schema';
import { DataTable } from '@/components/DataTable';
import { usePlotWidth } from '@/components/plot_width';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import styles from './YardsPage.module.css';

const HEIGHT = 180;
const TOP = 16;
const GROUND = HEIGHT - 24;
const LEFT = 28;
/** Half hours between two times that are written. */
const WRITTEN_EVERY = 4;

/** Cars that are expected in the next half hours that the yard is open: a day as a picture, all in a table. */
export function Ahead({ hours, bays }: { hours: readonly WasteYardHour[]; bays: number }) {
  const m = useMessages(messages);
  const format = useFormat();
  const { box, width } = usePlotWidth();
  const number = (value: number) => format.number(Math.round(value));
  if (hours.length === 0) return <p className={styles.soft}>{m.noAhead}</p>;
  const day = format.day(hours[0]?.time ?? '');
  const drawn = hours.filter((hour) => format.day(hour.time ?? '') === day);
  const most = Math.max(bays, ...drawn.map((hour) => hour.upper_80_cars)) || 1;
  const step = (width - LEFT) / drawn.length;
  const y = (cars: number) => GROUND - (cars / most) * (GROUND - TOP);
  const expected = drawn.map((hour) => hour.expected_cars);
  const label = m.plot(number(Math.min(...expected)), number(Math.max(...expected)));
  return (
    <div className={styles.column}>
      <h3>{m.aheadOn(day)}</h3>
      <figure className={styles.figure} ref={box}>
        <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${HEIGHT}`} className={styles.plot}>
          {drawn.map((hour, index) => {
            const x = LEFT + index * step;
            return (
              <g key={hour.time}>
                <rect
                  className={styles.expected}
                  x={x + step * 0.15}
                  y={y(hour.expected_cars)}
                  width={step * 0.7}
                  height={GROUND - y(hour.expected_cars)}
                />
                <line
                  className={styles.band}
                  x1={x + step / 2}
                  x2={x + step / 2}
                  y1={y(hour.upper_80_cars)}
                  y2={y(hour.lower_80_cars)}
                />
                {index % WRITTEN_EVERY === 0 && (
                  <text x={x + step / 2} y={HEIGHT - 8} textAnchor={index === 0 ? 'start' : 'middle'}>
                    {format.time(hour.time ?? '')}
                  </text>
                )}
              </g>
            );
          })}
          <line className={styles.ground} x1={LEFT} x2={width} y1={GROUND} y2={GROUND} />
          <line className={styles.bays} x1={LEFT} x2={width} y1={y(bays)} y2={y(bays)} />
          <text className={styles.baysWord} x={width} y={y(bays) - 4} textAnchor="end">
            {`${bays} ${m.bays}`}
          </text>
          <text x={LEFT - 6} y={GROUND} textAnchor="end">
            {0}
          </text>
          <text x={LEFT - 6} y={y(most) + 4} textAnchor="end">
            {number(most)}
          </text>
        </svg>
      </figure>
      <details className={styles.hours}>
        <summary>{m.asTable}</summary>
        <DataTable
          label={m.ahead}
          rows={hours}
          rowId={(hour) => hour.time ?? ''}
          columns={[
            { id: 'time', header: m.time, cell: (hour) => format.dayAndTime(hour.time ?? '') },
            { id: 'expected', header: m.expected, numeric: true, cell: (hour) => number(hour.expected_cars) },
            {
              id: 'between',
              header: m.between,
              numeric: true,
              cell: (hour) => m.range(number(hour.lower_80_cars), number(hour.upper_80_cars)),
            },
            {
              id: 'wait',
              header: m.wait,
              numeric: true,
              cell: (hour) => {
                const seconds = secondsOf(hour.waiting_duration);
                return seconds > 0 ? format.duration(seconds) : m.noWait;
              },
            },
          ]}
        />
      </details>
    </div>
  );
}
