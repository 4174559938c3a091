import { ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { PoolingRide } from '@/api/schema';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button, IconButton } from '@/components/Button';
import { DayPicker } from '@/components/DayPicker';
import { Empty, PageFrame } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { instantOf, serviceDate } from '@/i18n/local_time';
import { BreakdownDialog } from '@/pages/breakdown/BreakdownDialog';
import { messages as breakdownMessages } from '@/pages/breakdown/messages';
import { useVehicleName } from '@/pages/rides/rides';
import { Grid, NAMES_PX } from './Grid';
import { Legend } from './Legend';
import { messages } from './messages';
import { bestByVehicle, isMovable, useMoves, useReasons } from './moving';
import { findBar } from './rows';
import { Selected } from './Selected';
import { hoursAt, scaleOf, withinZoom } from './scale';
import styles from './Timeline.module.css';
import { useDay } from './useDay';
import { useDrag } from './useDrag';
import { LastMove, useMovingRides } from './useMovingRides';

const STEP = 1.5;
const NOW_EVERY_MS = 15_000;
const FIRST_HOUR_PX = 120;

/** Vehicles by time: what is planned and promised on a day; rides are moved by pointer or keys. */
export default function TimelinePage() {
  const m = useMessages(messages);
  const breakdown = useMessages(breakdownMessages);
  const format = useFormat();
  const timeZone = useTimeZone();
  const reasonsOf = useReasons();
  const vehicleName = useVehicleName();
  const [query, setQuery] = useSearchParams();
  const today = serviceDate(new Date(), timeZone);
  const date = query.get('day') ?? today;
  const day = useDay(date);
  const { rows } = day;
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<{ rideId: string; vehicleId: string } | null>(null);
  const [hourPx, setHourPx] = useState(FIRST_HOUR_PX);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [breaking, setBreaking] = useState(false);

  const scale = useMemo(() => {
    const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number);
    const spans = rows.flatMap((row) => [...row.shifts, ...row.bars]);
    return scaleOf(
      spans.flatMap(({ startMs, endMs }) => [startMs, endMs]),
      instantOf({ year, month, day: dayOfMonth, hour: 6, minute: 0 }, timeZone).getTime(),
    );
  }, [rows, date, timeZone]);
  const shiftOf = useMemo(() => {
    const shifts = new Map(rows.flatMap((row) => row.shifts.map((shift) => [shift.shiftId, shift] as const)));
    return (shiftId: string) => {
      const shift = shifts.get(shiftId);
      return shift
        ? m.span(format.time(new Date(shift.startMs)), format.time(new Date(shift.endMs)))
        : shiftId;
    };
  }, [rows, m, format]);
  const selected = useMemo(() => findBar(rows, selectedId), [rows, selectedId]);

  const moving = useMovingRides({
    vehicleName,
    shiftOf,
    onMoved: (ride) => {
      wanted.current = { rideId: ride.ride_id, vehicleId: ride.vehicle_id };
      setSelectedId(ride.ride_id);
    },
  });
  const drag = useDrag({
    box,
    rideOf: (rideId) => {
      const ride = findBar(rows, rideId)?.bar.ride;
      return ride && isMovable(ride) ? ride : null;
    },
    onBegin: (ride) => setSelectedId(ride.ride_id),
    onDrop: drop,
  });
  const moves = useMoves(drag.ride?.ride_id ?? null);
  const offers = useMemo(() => (moves.data ? bestByVehicle(moves.data.moves) : null), [moves.data]);
  // What was known when it was let go: the drag is over by the time it is dropped.
  const known = useRef(moves.data);
  if (drag.ride) known.current = moves.data;

  function drop(ride: PoolingRide, vehicleId: string) {
    if (vehicleId === ride.vehicle_id) return;
    const move = known.current && bestByVehicle(known.current.moves).get(vehicleId);
    // Let go before it was known what is possible: the list tells as soon as it is.
    if (!known.current) moving.choose(ride);
    else if (move?.possible) moving.move(ride, move.shift_id, known.current.plan_version);
    else say('plain', m.notMoved, move ? reasonsOf(move.reasons) : m.elsewhere);
  }

  function zoom(factor: number) {
    setHourPx((before) => withinZoom(before * factor));
  }
  const isToday = date === today;
  function toNow() {
    if (box.current)
      box.current.scrollLeft = hoursAt(scale, now) * hourPx - (box.current.clientWidth - NAMES_PX) / 3;
  }
  function showWhole() {
    if (box.current) setHourPx(withinZoom((box.current.clientWidth - NAMES_PX) / scale.hours));
  }
  // The day begins where now is.
  const begun = useRef<string | null>(null);
  useEffect(() => {
    // All of it has to be there: how wide the day is decides how far it scrolls.
    if (begun.current === date || rows.length === 0 || day.isPending) return;
    begun.current = date;
    if (isToday) toNow();
  });
  useCommands([
    { id: 'timeline:in', label: m.zoomIn, keys: '+', run: () => zoom(STEP) },
    { id: 'timeline:out', label: m.zoomOut, keys: '-', run: () => zoom(1 / STEP) },
    { id: 'timeline:whole', label: m.whole, keys: '0', run: showWhole },
    ...(isToday
      ? [
          { id: 'timeline:now', label: m.nowKey, keys: 'j', run: toNow },
          { id: 'timeline:breakdown', label: breakdown.report, keys: 'p', run: () => setBreaking(true) },
        ]
      : []),
  ]);

  return (
    <PageFrame
      title={m.title}
      about={m.about(
        rows.length,
        rows.reduce((sum, row) => sum + row.bars.length, 0),
      )}
      actions={
        <>
          <DayPicker value={date} onChange={(next) => setQuery({ day: next }, { replace: true })} />
          {isToday && (
            <Button keys="J" onClick={toNow}>
              {m.now}
            </Button>
          )}
          <Button keys="0" onClick={showWhole}>
            {m.whole}
          </Button>
          {isToday && (
            <Button keys="P" onClick={() => setBreaking(true)}>
              {breakdown.report}
            </Button>
          )}
          <IconButton label={m.zoomOut} onClick={() => zoom(1 / STEP)}>
            <ZoomOut aria-hidden="true" />
          </IconButton>
          <IconButton label={m.zoomIn} onClick={() => zoom(STEP)}>
            <ZoomIn aria-hidden="true" />
          </IconButton>
        </>
      }
    >
      {day.error && <Failure error={day.error} onAgain={day.again} />}
      {day.isPending && !day.error && <Loading />}
      {!day.isPending && !day.error && rows.length === 0 && (
        <Empty title={m.noShifts}>
          <Link to={`/fleet?day=${date}`}>{m.noShiftsHint}</Link>
        </Empty>
      )}
      {!day.isPending && rows.length > 0 && (
        <>
          <Grid
            box={box}
            rows={rows}
            scale={scale}
            hourPx={hourPx}
            nowMs={isToday ? now : null}
            selectedId={selectedId}
            onSelect={setSelectedId}
            wanted={wanted}
            offers={drag.ride ? (offers ?? 'asking') : null}
            over={drag.over}
            onPointerDown={drag.begin}
            onWheelZoom={zoom}
          />
          <div className={styles.did} role="status">
            <LastMove moving={moving} />
            {day.pathsMissing && <span>{m.pathsMissing}</span>}
          </div>
          {day.stranded.length > 0 && (
            <p className={styles.did}>
              <Badge tone="bad">{m.stranded(day.stranded.length)}</Badge>
              {day.stranded.map((ride) => (
                <Link key={ride.ride_id} to={`/rides/${ride.ride_id}`}>
                  {`${ride.pickup_time ? format.time(ride.pickup_time) : ''} ${ride.pickup?.label ?? ''} → ${ride.dropoff?.label ?? ''}`}
                </Link>
              ))}
            </p>
          )}
          <Legend />
          <section className={styles.selected} aria-live="polite">
            {selected ? (
              <Selected
                key={selected.bar.ride.ride_id}
                bar={selected.bar}
                vehicleName={vehicleName}
                shiftOf={shiftOf}
                onMove={() => moving.choose(selected.bar.ride)}
              />
            ) : (
              <p>{m.none}</p>
            )}
          </section>
        </>
      )}
      {drag.ride && (
        <div ref={drag.ghost} className={styles.ghost} aria-hidden="true">
          <strong>{`${drag.ride.pickup?.label ?? ''} → ${drag.ride.dropoff?.label ?? ''}`}</strong>
          <span>{`${m.dropHint} · ${m.cancelHint}`}</span>
        </div>
      )}
      {breaking && (
        <BreakdownDialog vehicleId={selected?.bar.ride.vehicle_id ?? ''} onClose={() => setBreaking(false)} />
      )}
      {moving.dialog}
    </PageFrame>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), NOW_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
