import type { Spot } from '@/places/spot';
import { ALONE, type Travellers, type Trip } from './trip';
import type { When } from './when';

/** What is known of one call. Names and numbers live here only, and go with the window. */
export interface Call {
  phone: string;
  name: string;
  from: Spot | null;
  to: Spot | null;
  whenText: string;
  travellers: Travellers;
  maxWalkM: number;
  /** The ride that is cancelled once this one is booked. */
  replaces?: string | undefined;
}

export const NEW_CALL: Call = {
  phone: '',
  name: '',
  from: null,
  to: null,
  whenText: '',
  travellers: ALONE,
  maxWalkM: 0,
};

/** The trip, once everything that offers depend on is there. */
export function tripOf(call: Call, when: When): Trip | null {
  const { from, to, travellers, maxWalkM } = call;
  const people = travellers.seated + travellers.wheelchairs;
  if (!from || !to || !when.ok || people === 0) return null;
  return { from, to, when, travellers, maxWalkM };
}

/** The same people the other way round; the time is still to be told. */
export function returnOf(call: Call): Call {
  return { ...call, from: call.to, to: call.from, whenText: '', replaces: undefined };
}

/** The same again at another time. */
export function repeatOf(call: Call): Call {
  return { ...call, whenText: '', replaces: undefined };
}
