/** The explained bill, as ticketing writes it: every sentence in both languages. */

import type { Language } from '@/i18n/language';

type Words = Record<Language, string>;

export interface BillLine {
  product_id: string;
  name: Words;
  valid: Words;
  count: number;
  amount_cents: number;
  reason: Words;
}

export interface BillRide {
  ride: string;
  departure_time: string;
  origin: string;
  destination: string;
  alone_cents: number | null;
  quoted_cents: number | null;
  counted_cents: number;
}

export interface BillPayment {
  date: string;
  kind: string;
  amount_cents: number;
}

export interface Bill {
  settled: boolean;
  currency: string;
  total_cents: number;
  open_cents: number;
  alternatives: {
    singles_cents: number | null;
    saved_cents: number | null;
    sentences: Record<Language, string[]>;
  };
  lines: BillLine[];
  rides: BillRide[];
  unpriced: { ride: string; departure_time: string; origin: string; destination: string }[];
  payments: BillPayment[];
}

/** Reads the explanation; null where there is none, or one that this page does not know. */
export function billOf(explanation: string): Bill | null {
  if (!explanation) return null;
  try {
    const read = JSON.parse(explanation) as Partial<Bill>;
    if (!Array.isArray(read.lines) || !Array.isArray(read.rides) || !read.alternatives) return null;
    return { unpriced: [], payments: [], ...read } as Bill;
  } catch {
    return null;
  }
}

const POSITION = /^(-?\d{1,2}\.\d+), (-?\d{1,3}\.\d+)$/;

/** The position that stands for a place without a name of its own, a door; null for names. */
export function positionOf(place: string): { latitude_deg: number; longitude_deg: number } | null {
  const found = POSITION.exec(place);
  return found ? { latitude_deg: Number(found[1]), longitude_deg: Number(found[2]) } : null;
}
