import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client, told } from '@/api/client';
import type { JourneysGap, JourneysJourney, JourneysPlaceInput } from '@/api/schema';
import type { Format } from '@/i18n/format';
import { wordFor } from '@/i18n/language';
import type { Spot } from '@/places/spot';
import type { messages } from './messages';
import { release } from './offers';
import { spokenDay } from './promise';
import { type Trip, tripKey } from './trip';

/** Whole journeys hold seats too: they are asked for only once the trip stays as it is. */
const PAUSE_MS = 900;
const MOST_SHOWN = 4;
const NONE: readonly never[] = [];

function placeOf(spot: Spot): JourneysPlaceInput {
  return { position: spot.position, label: spot.label };
}

function pooledOffers(journeys: readonly JourneysJourney[]): string[] {
  return journeys.flatMap((journey) => journey.legs.flatMap((leg) => leg.pooled?.offer?.offer_id ?? []));
}

/** A ride on demand from door to door is among the offers already, a walk is no news. */
function isNews(journey: JourneysJourney): boolean {
  return journey.legs.some((leg) => leg.mode !== 'MODE_WALK' && leg.mode !== 'MODE_POOLED_RIDE');
}

interface Answer {
  journeys: readonly JourneysJourney[];
  /** Parts of the search that could not be asked. */
  gaps: readonly JourneysGap[];
}

async function ask(trip: Trip): Promise<Answer> {
  const at = new Date(Math.max(trip.when.at.getTime(), Date.now())).toISOString();
  const { seated, wheelchairs, bulky } = trip.travellers;
  const answer = told(
    await client.POST('/v1/journeys/search', {
      body: {
        from: placeOf(trip.from),
        to: placeOf(trip.to),
        ...(trip.when.kind === 'depart' ? { depart_at: at } : { arrive_by: at }),
        travellers: { seated_count: seated + bulky, wheelchair_count: wheelchairs },
        max_journey_count: MOST_SHOWN,
      },
    }),
  );
  const news = answer.journeys.filter(isNews);
  const shown = new Set(pooledOffers(news));
  release(pooledOffers(answer.journeys).filter((offer) => !shown.has(offer)));
  return { journeys: news, gaps: answer.gaps };
}

/** Journeys with buses and trains for the same trip. */
export function useJourneys(trip: Trip | null) {
  const key = trip ? tripKey(trip) : null;
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    if (key === null) {
      setSettled(null);
      return;
    }
    const timer = setTimeout(() => setSettled(key), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const asked = trip && settled === key ? trip : null;
  const search = useQuery<Answer>({
    queryKey: ['desk-journeys', key],
    enabled: asked !== null,
    retry: false,
    staleTime: 60_000,
    gcTime: 0,
    queryFn: () => (asked ? ask(asked) : { journeys: [], gaps: [] }),
  });
  const answer = asked ? search.data : undefined;
  const journeys = answer?.journeys;
  useEffect(() => () => release(pooledOffers(journeys ?? [])), [journeys]);
  return { journeys: journeys ?? NONE, gaps: answer?.gaps ?? NONE, failed: asked !== null && search.isError };
}

type Words = Pick<(typeof messages)['en'], 'journeySpoken' | 'modes' | 'theKinds' | 'spokenDay'>;

/** The journey in sentences, leg by leg. */
export function spokenJourney(journey: JourneysJourney, m: Words, format: Format, now = new Date()): string {
  const { departure_time, arrival_time, legs } = journey;
  if (!departure_time || !arrival_time) return '';
  const sentences = legs.map((leg) => {
    const [at, until] = [format.time(leg.departure_time ?? ''), format.time(leg.arrival_time ?? '')];
    const place = leg.to?.label ?? '';
    if (leg.mode === 'MODE_WALK') return m.journeySpoken.walk(format.distance(leg.distance_m), place);
    if (leg.transit)
      return m.journeySpoken.transit(leg.transit.line_name, leg.transit.headsign, at, until, place);
    const kind = leg.pooled?.offer?.vehicle_kind;
    if (kind) return m.journeySpoken.ride(wordFor(m.theKinds, kind), at, until, place);
    return m.journeySpoken.other(wordFor(m.modes, leg.mode), at, until, place);
  });
  const start = m.journeySpoken.start(
    spokenDay(departure_time, m, format, now),
    format.time(departure_time),
    legs[0]?.from?.label ?? '',
  );
  return [start, ...sentences, m.journeySpoken.end(format.time(arrival_time))].join(' ');
}

/** „zu Fuß 300 m › Bus 4810 › Anrufbus“. */
export function legsInShort(
  journey: JourneysJourney,
  m: Pick<(typeof messages)['en'], 'modes' | 'kinds' | 'onFoot'>,
  format: Format,
): string {
  return journey.legs
    .filter((leg) => leg.mode !== 'MODE_WALK' || leg.distance_m >= 100)
    .map((leg) => {
      if (leg.mode === 'MODE_WALK') return `${format.distance(leg.distance_m)} ${m.onFoot}`;
      if (leg.transit) return leg.transit.line_name;
      const kind = leg.pooled?.offer?.vehicle_kind;
      return kind ? wordFor(m.kinds, kind) : wordFor(m.modes, leg.mode);
    })
    .join(' › ');
}
