import { memo } from 'react';
import type { PoolingMove } from '@/api/schema';
import { secondsOf } from '@/i18n/duration';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as deskMessages } from '@/pages/desk/messages';
import { messages as listMessages } from '@/pages/rides/messages';
import { messages } from './messages';
import { priceOf, useReasons } from './moving';
import type { Bar, Row } from './rows';
import { hoursAt, type Scale } from './scale';
import styles from './Timeline.module.css';

export const LANE_PX = 26;
/** As the style sheet has it; below it the window of the pickup. */
const BAR_PX = 19;
const STRIP_PX = 14;
const LEAST_PX = 48;

export function heightOf(row: Row): number {
  return Math.max(LEAST_PX, row.laneCount * LANE_PX + STRIP_PX + 4);
}

/** `asking` until it is known; `elsewhere` for vehicles that are not asked at all. */
type Offered = PoolingMove | 'asking' | 'elsewhere';

interface Props {
  row: Row;
  scale: Scale;
  selectedId: string | null;
  /** While a ride is dragged: what giving it to this vehicle would change. */
  offer: Offered | null;
  isOver: boolean;
}

/** One vehicle's day. */
export const RowView = memo(function RowView({ row, scale, selectedId, offer, isOver }: Props) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const told = typeof offer === 'object' ? offer : null;
  const place = (startMs: number, endMs: number) => placeOf(scale, startMs, endMs);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      role="group"
      aria-label={row.name}
      className={styles.row}
      style={{ height: heightOf(row) }}
      data-vehicle={row.vehicleId}
      data-offer={
        told
          ? told.current
            ? 'current'
            : told.possible
              ? 'yes'
              : 'no'
          : offer === 'elsewhere'
            ? 'no'
            : undefined
      }
      data-over={isOver || undefined}
    >
      <div className={styles.name}>
        <strong>{row.name}</strong>
        <span>
          {offer === null ? (
            row.outOfService ? (
              m.outOfService
            ) : (
              wordFor(desk.kinds, row.kind)
            )
          ) : (
            <Offer offer={offer} />
          )}
        </span>
      </div>
      <div className={styles.track}>
        {row.shifts.map(({ shiftId, startMs, endMs }) => (
          <i key={shiftId} className={styles.shift} style={place(startMs, endMs)} />
        ))}
        {row.drives.map(({ startMs, endMs }) => (
          <i key={`drive ${startMs}`} className={styles.drive} style={place(startMs, endMs)} />
        ))}
        {row.stops.map(({ startMs, endMs }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may stop at the same instant
          <i key={`stop ${index}`} className={styles.stop} style={place(startMs, endMs)} />
        ))}
        {row.breaks.map(({ startMs, endMs }) => (
          <i
            key={`break ${startMs}`}
            className={styles.break}
            title={m.legendBreak}
            style={place(startMs, endMs)}
          />
        ))}
        {row.bars.map((bar) => (
          <BarView
            key={bar.ride.ride_id}
            bar={bar}
            scale={scale}
            isSelected={bar.ride.ride_id === selectedId}
          />
        ))}
        {told?.possible && !told.current && (
          <i
            className={styles.preview}
            style={place(Date.parse(told.pickup_time ?? ''), Date.parse(told.dropoff_time ?? ''))}
          />
        )}
      </div>
    </div>
  );
});

function placeOf(scale: Scale, startMs: number, endMs: number): React.CSSProperties {
  const hours = (endMs - startMs) / 3_600_000;
  return {
    left: `calc(var(--hour) * ${hoursAt(scale, startMs).toFixed(4)})`,
    width: `calc(var(--hour) * ${hours.toFixed(4)})`,
  };
}

function Offer({ offer }: { offer: Offered }) {
  const m = useMessages(messages);
  const format = useFormat();
  const reasonsOf = useReasons();
  if (offer === 'asking') return m.asking;
  if (offer === 'elsewhere') return m.elsewhere;
  if (offer.current) return m.current;
  return offer.possible ? priceOf(offer, m, format) : reasonsOf(offer.reasons.slice(0, 1));
}

function BarView({ bar, scale, isSelected }: { bar: Bar; scale: Scale; isSelected: boolean }) {
  const m = useMessages(messages);
  const list = useMessages(listMessages);
  const format = useFormat();
  const { ride, startMs, endMs, lane } = bar;
  const { earliest, latest } = ride.promise?.pickup_window ?? {};
  const limit = Date.parse(ride.promise?.latest_arrival ?? '');
  const [from, until] = [Date.parse(earliest ?? ''), Date.parse(latest ?? '')];
  const top = lane * LANE_PX + 2;
  const [pickup, dropoff] = [ride.pickup?.label ?? '', ride.dropoff?.label ?? ''];
  const label = m.bar(
    pickup,
    dropoff,
    format.time(new Date(startMs)),
    format.time(new Date(endMs)),
    wordFor(list.states, ride.state),
  );
  const people = (ride.party?.seated_count ?? 0) + (ride.party?.wheelchair_count ?? 0);
  return (
    <>
      {Number.isFinite(until - from) && (
        <i className={styles.window} style={{ ...placeOf(scale, from, until), top: top + BAR_PX }} />
      )}
      {limit > endMs && <i className={styles.slack} style={{ ...placeOf(scale, endMs, limit), top }} />}
      <button
        type="button"
        tabIndex={-1}
        className={styles.bar}
        style={{ ...placeOf(scale, startMs, endMs), top }}
        data-ride={ride.ride_id}
        data-state={ride.state}
        data-broken={bar.slackS < 0 || undefined}
        aria-label={label}
        aria-pressed={isSelected}
        title={label}
      >
        <span className={styles.barText}>{`${people} · ${dropoff}`}</span>
      </button>
    </>
  );
}

/** Seconds that a ride lasts longer than driven alone. */
export function detourS(bar: Bar): number {
  return Math.max(0, (bar.endMs - bar.startMs) / 1000 - secondsOf(bar.ride.direct_duration));
}
