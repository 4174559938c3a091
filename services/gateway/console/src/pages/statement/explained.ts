import type { Language } from '@/i18n/language';

/** What a statement's JSON says: the same as its paper, in every language. */
export interface Explained {
  issue_time: string;
  settled: boolean;
  currency: string;
  total_cents: number;
  open_cents: number;
  products_cents: number;
  corrections_cents: number;
  proven: boolean;
  alternatives: {
    singles_cents: number | null;
    saved_cents: number | null;
    next_best: NextBest | null;
    sentences: Words<readonly string[]>;
  };
  lines: readonly Line[];
  rides: readonly Ride[];
  unpriced: readonly Pick<Ride, 'ride' | 'departure_time' | 'origin' | 'destination'>[];
  progress: readonly Progress[];
  corrections: readonly { period_id: string; amount_cents: number; reason: Words<string> }[];
  revisions: readonly { date: string; amount_cents: number }[];
  payments: readonly Payment[];
  collection: { mandate: string; date: string } | null;
  tariffs: readonly { version_id: string; first_service_date: string }[];
}

export type Words<T> = Readonly<Record<Language, T>>;

export interface NextBest {
  without_product_id: string;
  without_name: Words<string>;
  cents: number;
  products: readonly { product_id: string; count: number }[];
}

export interface Line {
  product_id: string;
  name: Words<string>;
  valid_at: string;
  valid: Words<string>;
  count: number;
  amount_cents: number;
  rides: readonly string[];
  alone_cents: number | null;
  without_cents: number | null;
  reason: Words<string>;
  source: string;
}

export interface Ride {
  ride: string;
  departure_time: string;
  arrival_time: string;
  origin: string;
  destination: string;
  riders: Readonly<Record<string, number>>;
  alone_cents: number | null;
  quoted_cents: number | null;
  counted_cents: number;
}

export interface Progress {
  product_id: string;
  name: Words<string>;
  valid_at: string;
  spent_cents: number;
  price_cents: number;
  left_cents: number;
}

export interface Payment {
  date: string;
  kind: string;
  amount_cents: number;
  reference: string;
}

/** Reads a statement's explanation; null where there is none. */
export function explainedOf(json: string): Explained | null {
  return json ? (JSON.parse(json) as Explained) : null;
}

/** The lines that a ride is paid by. */
export function linesOf(explained: Explained, ride: string): readonly Line[] {
  return explained.lines.filter((line) => line.rides.includes(ride));
}
