/** The calls of the first start: they are there only while there is no district, so the API's description has none. */

import { Problem, problemOf } from '@/api/problem';
import { OWN_PAGE_HEADER } from '@/session/calls';

export type MakingState = 'running' | 'done' | 'failed' | 'cancelled';

export interface Found {
  crossing_count: number;
  road_count: number;
  place_count: number;
  virtual_stop_count: number;
  stop_count: number;
  outside_count: number;
  trip_count: number;
  first_day: string;
  last_day: string;
  over: boolean;
  time_zone: string;
  error_count: number;
  warning_count: number;
}

export interface Outline {
  name: string;
  /** Longitude, latitude. */
  ring: readonly (readonly [number, number])[];
  stops: readonly (readonly [number, number])[];
}

export interface SetupState {
  folder: string;
  step: 'district' | 'service';
  making?: { state: MakingState; steps: readonly string[]; took_s: number; field: string; why: string };
  found?: Found;
  outline?: Outline;
}

export interface Sources {
  name: string;
  osm?: string;
  place?: string;
  gtfs: readonly string[];
}

export interface SetupPlace {
  label: string;
  latitude_deg: number;
  longitude_deg: number;
}

export interface Service {
  zone: { centre: SetupPlace; radius_km: number } | null;
  weekdays: readonly string[];
  start: string;
  end: string;
  vehicles: readonly {
    name: string;
    kind: string;
    seat_count: number;
    wheelchair_place_count: number;
    place: SetupPlace;
  }[];
}

async function called<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...OWN_PAGE_HEADER },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  } catch {
    throw new Problem(0, {});
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, answer);
  return answer as Answer;
}

export const enter = (code: string) => called<unknown>('POST', '/v1/session', { code });
export const setupState = () => called<SetupState>('GET', '/v1/setup');
export const throwAway = () => called<SetupState>('DELETE', '/v1/setup');
export const makeDistrict = (sources: Sources) => called<SetupState>('POST', '/v1/setup/district', sources);
export const findPlaces = (text: string) =>
  called<{ places: readonly SetupPlace[] }>('GET', `/v1/setup/places?text=${encodeURIComponent(text)}`);
export const startService = (service: Service) =>
  called<{ code: string }>('POST', '/v1/setup/service', service);

/** Whether services answer instead of the first start. */
export async function servicesRun(): Promise<boolean> {
  try {
    await called('GET', '/v1/session');
    return true;
  } catch (error) {
    // Signed out is what the services say; nobody answers while one ends and the other begins.
    return error instanceof Problem && error.status === 401;
  }
}
