import type { PoolingBoardingPoint, PoolingPromise, PoolingVehicleKind } from '@/api/schema';
import type { Format } from '@/i18n/format';
import { wordFor } from '@/i18n/language';
import type { messages } from './messages';

type Words = Pick<
  (typeof messages)['en'],
  'theKinds' | 'promise' | 'promiseAt' | 'walkFirst' | 'arriveBy' | 'walkLast' | 'spokenDay'
>;

/** What a promise consists of, of an offer or of a ride. */
export interface Promised {
  kind: PoolingVehicleKind;
  pickup?: PoolingBoardingPoint | undefined;
  dropoff?: PoolingBoardingPoint | undefined;
  promise?: PoolingPromise | undefined;
}

/** The sentences a dispatcher reads to the caller: exactly what is promised, and nothing that is only planned. */
export function spokenPromise(promised: Promised, m: Words, format: Format, now = new Date()): string {
  const { pickup, dropoff, promise } = promised;
  const { earliest, latest } = promise?.pickup_window ?? {};
  if (!pickup || !dropoff || !earliest || !latest || !promise?.latest_arrival) return '';
  const [from, until] = [format.time(earliest), format.time(latest)];
  const kind = wordFor(m.theKinds, promised.kind);
  const day = spokenDay(earliest, m, format, now);
  return [
    from === until
      ? m.promiseAt(kind, day, from, pickup.label)
      : m.promise(kind, day, from, until, pickup.label),
    pickup.walk_m > 0 ? m.walkFirst(format.distance(pickup.walk_m), pickup.label) : '',
    m.arriveBy(format.time(promise.latest_arrival), dropoff.label),
    dropoff.walk_m > 0 ? m.walkLast(format.distance(dropoff.walk_m)) : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** „heute“, „morgen“, „am Freitag, 27. November 2026“. */
export function spokenDay(
  instant: string,
  m: Pick<Words, 'spokenDay'>,
  format: Format,
  now = new Date(),
): string {
  const day = format.day(instant, now);
  // Near days are words; all others begin with a weekday's abbreviation and have figures.
  return /\d/.test(day) ? m.spokenDay(format.longDay(instant)) : day;
}
