/** What a passenger asks for, and what is sent for it. */

import type { JourneysPlanJourneysRequestInput } from '@/api/schema';
import { instantOf, isDate } from '@/i18n/local_time';
import type { Spot } from '@/places/spot';

export type Kind = 'now' | 'depart' | 'arrive';

/** The form as it is filled in. */
export interface Wish {
  from: Spot | null;
  to: Spot | null;
  kind: Kind;
  /** YYYY-MM-DD and HH:MM, by the district's clock. */
  date: string;
  time: string;
  seated: number;
  wheelchairs: number;
}

export interface Question extends Wish {
  from: Spot;
  to: Spot;
}

export type Gap = 'from' | 'to' | 'same' | 'when' | 'past' | 'nobody';

export const MOST_TRAVELLERS = 8;
export const MOST_JOURNEYS = 6;
const STILL_MEANT_MS = 5 * 60_000;

/** The instant of a date and a time by the district's clock; null where either is none. */
export function instantAt(date: string, time: string, timeZone: string): Date | null {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const clock = /^(\d{2}):(\d{2})$/.exec(time);
  if (!day || !clock) return null;
  const local = {
    year: Number(day[1]),
    month: Number(day[2]),
    day: Number(day[3]),
    hour: Number(clock[1]),
    minute: Number(clock[2]),
  };
  return isDate(local) && local.hour < 24 && local.minute < 60 ? instantOf(local, timeZone) : null;
}

/** What is missing before it can be asked, in the order of the form. */
export function gapsOf(wish: Wish, now: Date, timeZone: string): Gap[] {
  const gaps: Gap[] = [];
  if (!wish.from) gaps.push('from');
  if (!wish.to) gaps.push('to');
  if (wish.from && wish.from.key === wish.to?.key) gaps.push('same');
  if (wish.kind !== 'now') {
    const at = instantAt(wish.date, wish.time, timeZone);
    if (!at) gaps.push('when');
    else if (at.getTime() < now.getTime() - STILL_MEANT_MS) gaps.push('past');
  }
  if (wish.seated + wish.wheelchairs < 1) gaps.push('nobody');
  return gaps;
}

function placeOf(spot: Spot) {
  return { position: spot.position, label: spot.label };
}

/**
 * The call's body.
 *
 * `payer` is the account that the price is asked for, if there is one; `pageToken` goes on with an earlier answer.
 */
export function planRequest(
  question: Question,
  now: Date,
  timeZone: string,
  payer: string | null,
  pageToken?: string,
): JourneysPlanJourneysRequestInput {
  const wanted = question.kind === 'now' ? now : (instantAt(question.date, question.time, timeZone) ?? now);
  const at = new Date(Math.max(wanted.getTime(), now.getTime())).toISOString();
  return {
    from: placeOf(question.from),
    to: placeOf(question.to),
    ...(question.kind === 'arrive' ? { arrive_by: at } : { depart_at: at }),
    travellers: { seated_count: question.seated, wheelchair_count: question.wheelchairs },
    max_journey_count: MOST_JOURNEYS,
    ...(payer ? { payer } : {}),
    ...(pageToken ? { page_token: pageToken } : {}),
  };
}
