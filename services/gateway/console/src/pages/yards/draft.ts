import type { WasteOpeningSpan, WasteYard, WasteYardInput, WasteYardSensorRole } from '@/api/schema';
import type { Spot } from '@/places/spot';

export const ROLES = [
  'YARD_SENSOR_ROLE_BOTH',
  'YARD_SENSOR_ROLE_ENTRY',
  'YARD_SENSOR_ROLE_EXIT',
  'YARD_SENSOR_ROLE_QUEUE',
] as const satisfies readonly WasteYardSensorRole[];
export const MOST_SPANS = 14;
export const MOST_SENSORS = 16;
export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const CLOCK = /^([01]?\d|2[0-4])(?:[:.]?([0-5]\d))?$/;
const MIDNIGHT_MIN = 24 * 60;

export interface SpanDraft {
  key: number;
  weekdays: readonly number[];
  opens: string;
  closes: string;
}

export interface SensorDraft {
  key: number;
  deviceId: string;
  role: WasteYardSensorRole;
}

/** A yard as it stands in the form. */
export interface YardDraft {
  yardId: string;
  subAccountId: string;
  name: string;
  spot: Spot | null;
  bays: number;
  stayMin: number;
  isPublic: boolean;
  spans: readonly SpanDraft[];
  sensors: readonly SensorDraft[];
}

export function newYard(subAccountId: string): YardDraft {
  return {
    yardId: '',
    subAccountId,
    name: '',
    spot: null,
    bays: 8,
    stayMin: 12,
    isPublic: false,
    spans: [{ key: 0, weekdays: [1, 2, 3, 4, 5], opens: '08:00', closes: '17:00' }],
    sensors: [],
  };
}

export function draftOf(yard: WasteYard): YardDraft {
  return {
    yardId: yard.yard_id,
    subAccountId: yard.sub_account_id,
    name: yard.name,
    spot: null,
    bays: yard.bay_count,
    stayMin: yard.stay_duration_min,
    isPublic: yard.public,
    spans: yard.opening_hours.map((span, key) => ({
      key,
      weekdays: span.iso_weekdays.length > 0 ? span.iso_weekdays : WEEK,
      opens: span.opens_at || '00:00',
      closes: span.closes_at || '24:00',
    })),
    sensors: yard.sensors.map(({ device_id, role }, key) => ({
      key,
      deviceId: device_id,
      role: role === 'YARD_SENSOR_ROLE_UNSPECIFIED' ? 'YARD_SENSOR_ROLE_BOTH' : role,
    })),
  };
}

/** A key that none of them has. */
export function nextKey(entries: readonly { key: number }[]): number {
  return Math.max(-1, ...entries.map((entry) => entry.key)) + 1;
}

/** HH:MM of what was typed, such as 8, 8:30, 0830, 17.00; null where it is no time of a day. */
export function clockOf(text: string): string | null {
  const found = CLOCK.exec(text.trim());
  if (!found) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  if (minutes > MIDNIGHT_MIN) return null;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Opening hours as the service takes them; null where they are none. */
export function spanOf(draft: SpanDraft): WasteOpeningSpan | null {
  const [opens_at, closes_at] = [clockOf(draft.opens), clockOf(draft.closes)];
  if (!opens_at || !closes_at || closes_at <= opens_at || draft.weekdays.length === 0) return null;
  return { iso_weekdays: [...draft.weekdays].sort(), opens_at, closes_at };
}

/** The yard as the service takes it; null as long as something is missing. What the form does not show stays. */
export function yardOf(draft: YardDraft, before: WasteYard | null): WasteYardInput | null {
  const position = draft.spot?.position ?? before?.position;
  const spans = draft.spans.map(spanOf);
  const devices = draft.sensors.map((sensor) => sensor.deviceId);
  if (!ID.test(draft.yardId) || !draft.subAccountId || !draft.name.trim() || !position) return null;
  if (spans.includes(null) || devices.includes('') || new Set(devices).size < devices.length) return null;
  return {
    sub_account_id: draft.subAccountId,
    name: draft.name.trim(),
    position,
    opening_hours: spans.filter((span) => span !== null),
    bay_count: draft.bays,
    stay_duration_min: draft.stayMin,
    public: draft.isPublic,
    sensors: draft.sensors.map(({ deviceId, role }) => ({ device_id: deviceId, role })),
    ...(before ? { time_zone: before.time_zone } : {}),
  };
}
