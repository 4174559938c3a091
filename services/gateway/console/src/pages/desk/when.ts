/** What dispatchers type for a time while somebody talks: „jetzt“, „14:30“, „morgen früh halb 8“, „Fr bis 7:15“. */

import {
  addDays,
  daysBetween,
  instantOf,
  isDate,
  type LocalDate,
  type LocalTime,
  localDate,
  localTime,
  weekdayOf,
} from '@/i18n/local_time';

export type When =
  | { ok: true; kind: 'depart' | 'arrive'; at: Date; now: boolean }
  | { ok: false; problem: 'empty' | 'no_time' | 'past'; word?: undefined }
  | { ok: false; problem: 'unknown'; word: string };

const DAYS: Record<string, number> = {
  heute: 0,
  today: 0,
  tonight: 0,
  morgen: 1,
  tomorrow: 1,
  übermorgen: 2,
  uebermorgen: 2,
};

const WEEKDAYS = [
  /^(?:mo|montag|mon|monday)$/,
  /^(?:di|dienstag|tue|tues|tuesday)$/,
  /^(?:mi|mittwoch|wed|wednesday)$/,
  /^(?:do|donnerstag|thu|thur|thurs|thursday)$/,
  /^(?:fr|freitag|fri|friday)$/,
  /^(?:sa|samstag|sonnabend|sat|saturday)$/,
  /^(?:so|sonntag|sun|sunday)$/,
];

const MONTHS = [
  /^jan/,
  /^feb/,
  /^(?:mär|maer|mar)/,
  /^apr/,
  /^(?:mai|may)/,
  /^jun/,
  /^jul/,
  /^aug/,
  /^sep/,
  /^(?:okt|oct)/,
  /^nov/,
  /^(?:dez|dec)/,
];

const NUMBERS: Record<string, number> = {
  ein: 1,
  eins: 1,
  einer: 1,
  eine: 1,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  fuenf: 5,
  sechs: 6,
  sieben: 7,
  acht: 8,
  neun: 9,
  zehn: 10,
  elf: 11,
  zwölf: 12,
  zwoelf: 12,
  zwanzig: 20,
  fünfzehn: 15,
  dreißig: 30,
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
};

const FILLERS =
  /^(?:am|on|den|der|dem|the|um|at|gegen|ca|circa|etwa|about|around|ab|from|uhr|o'clock|nächsten|nächster|naechsten|next|kommenden|diesen|this|bitte|please|of|leave|abfahrt)$/;
const ARRIVAL =
  /^(?:an|ankunft|bis|spätestens|spaetestens|arrive|arriving|arrival|by|vor|before|dort|there)$/;
const NOW = /^(?:jetzt|sofort|gleich|now|asap)$/;
const EARLY = /^(?:früh|frueh|morgens|vormittag|vormittags|morning|am)$/;
const LATE = /^(?:nachmittag|nachmittags|abend|abends|afternoon|evening|pm|tonight|mittags)$/;
const HOURS = /^(?:h|std|stunde|stunden|hour|hours)$/;
const MINUTES = /^(?:m|min|mins|minute|minuten|minutes)$/;

/** What was found so far. */
interface Found {
  arrive: boolean;
  now: boolean;
  inMinutes: number | null;
  day: number | null;
  weekday: number | null;
  date: { day: number; month: number; year: number | null } | null;
  hour: number | null;
  minute: number;
  half: 'early' | 'late' | null;
}

/**
 * Reads a time in German or English.
 *
 * Without a day it is the next time the clock shows it; a weekday is the next one; without „an“ or „by“ it is when
 * somebody wants to leave.
 */
export function parseWhen(text: string, now: Date, timeZone: string): When {
  const words = wordsOf(text);
  if (words.length === 0) return { ok: false, problem: 'empty' };
  const found: Found = {
    arrive: false,
    now: false,
    inMinutes: null,
    day: null,
    weekday: null,
    date: null,
    hour: null,
    minute: 0,
    half: null,
  };
  for (let at = 0; at < words.length; ) {
    const taken = READERS.reduce((count, read) => count || read(words, at, found), 0);
    if (taken === 0) return { ok: false, problem: 'unknown', word: words[at] ?? '' };
    at += taken;
  }
  return resolve(found, now, timeZone);
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLocaleLowerCase('de')
      .replace(/[,;–]/g, ' ')
      // "8uhr", "8h", "in 20min", "8pm"
      .replace(/(\d)(uhr|h|min|std|am|pm|m)\b/g, '$1 $2')
      .split(/\s+/)
      .filter(Boolean)
  );
}

type Reader = (words: readonly string[], at: number, found: Found) => number;

function numberOf(word: string | undefined): number | null {
  if (word === undefined) return null;
  if (/^\d{1,3}$/.test(word)) return Number(word);
  return NUMBERS[word] ?? null;
}

function setTime(found: Found, hour: number, minute: number): boolean {
  if (found.hour !== null || hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return false;
  found.hour = hour;
  found.minute = minute;
  return true;
}

/** „in 20 min“, „in einer halben Stunde“, „in half an hour“. */
const relative: Reader = (words, at, found) => {
  if (words[at] !== 'in') return 0;
  const rest = words.slice(at + 1);
  const halfHour = /^(?:(?:einer |1 )?halben stunde|half an hour)$/.exec(rest.slice(0, 3).join(' ').trim());
  if (halfHour) {
    found.inMinutes = 30;
    return 1 + halfHour[0].split(' ').length;
  }
  const count = numberOf(rest[0]);
  if (count === null) return 0;
  if (HOURS.test(rest[1] ?? '')) found.inMinutes = count * 60;
  else if (rest[1] === undefined || MINUTES.test(rest[1])) found.inMinutes = count;
  else return 0;
  return rest[1] === undefined ? 2 : 3;
};

const immediate: Reader = (words, at, found) => {
  if (!NOW.test(words[at] ?? '')) return 0;
  found.now = true;
  return 1;
};

/** „morgen“, but „heute morgen“ is early today; „day after tomorrow“. */
const nearDay: Reader = (words, at, found) => {
  if (words.slice(at, at + 3).join(' ') === 'day after tomorrow') {
    found.day = 2;
    return 3;
  }
  const word = words[at] ?? '';
  const day = DAYS[word];
  if (day === undefined) return 0;
  if (word === 'morgen' && (found.day !== null || found.weekday !== null)) found.half = 'early';
  else found.day = day;
  if (word === 'tonight') found.half = 'late';
  return 1;
};

const weekday: Reader = (words, at, found) => {
  const word = (words[at] ?? '').replace(/\.$/, '');
  const index = WEEKDAYS.findIndex((name) => name.test(word));
  if (index < 0) return 0;
  found.weekday = index + 1;
  return 1;
};

/** 27.11., 27.11.2026, 27/11, 2026-11-27. */
const numericDate: Reader = (words, at, found) => {
  const word = words[at] ?? '';
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(word);
  const local =
    /^(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})?$/.exec(word) ??
    /^(\d{1,2})\/(\d{1,2})(?:\/(\d{2}|\d{4}))?$/.exec(word);
  if (iso) found.date = { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  else if (local) {
    const year = local[3] ? Number(local[3]) : null;
    found.date = {
      day: Number(local[1]),
      month: Number(local[2]),
      year: year !== null && year < 100 ? 2000 + year : year,
    };
  } else return 0;
  return 1;
};

/** 27. November, 27th Nov, Nov 27. */
const namedDate: Reader = (words, at, found) => {
  const dayOf = (word: string | undefined) => {
    const day = /^(\d{1,2})(?:\.|st|nd|rd|th)?$/.exec(word ?? '')?.[1];
    return day === undefined ? null : Number(day);
  };
  const monthOf = (word: string | undefined) => MONTHS.findIndex((name) => name.test(word ?? '')) + 1;
  const [first, second] = [words[at], words[at + 1]];
  const [day, month] = monthOf(second) ? [dayOf(first), monthOf(second)] : [dayOf(second), monthOf(first)];
  if (day === null || month === 0) return 0;
  found.date = { day, month, year: null };
  return 2;
};

/** „halb 9“, „viertel nach 8“, „dreiviertel 9“, „half past 8“, „10 vor 8“. */
const spokenTime: Reader = (words, at, found) => {
  const [first, second, third] = [words[at] ?? '', words[at + 1] ?? '', words[at + 2]];
  const before = (hour: number, minute: number) => setTime(found, (hour + 23) % 24, minute);
  const [next, after] = [numberOf(second), numberOf(third)];
  if (first === 'halb' && next !== null) return before(next, 30) ? 2 : 0;
  if (first === 'half' && second === 'past' && after !== null) return setTime(found, after, 30) ? 3 : 0;
  if (first === 'half' && next !== null) return setTime(found, next, 30) ? 2 : 0;
  if ((first === 'dreiviertel' || first === '3/4') && next !== null) return before(next, 45) ? 2 : 0;
  const minutes = first === 'viertel' || first === 'quarter' ? 15 : numberOf(first);
  if (minutes === null) return 0;
  if (after !== null && (second === 'nach' || second === 'past'))
    return setTime(found, after, minutes) ? 3 : 0;
  if (after !== null && (second === 'vor' || second === 'to')) return before(after, 60 - minutes) ? 3 : 0;
  if (first === 'viertel' && next !== null) return before(next, 15) ? 2 : 0;
  return 0;
};

/** 14:30, 14.30, 1430, 8, „14 Uhr 30“. */
const clockTime: Reader = (words, at, found) => {
  const word = words[at] ?? '';
  const exact = /^(\d{1,2})[:.](\d{2})$/.exec(word) ?? /^(\d{1,2})(\d{2})$/.exec(word.length > 2 ? word : '');
  if (exact) return setTime(found, Number(exact[1]), Number(exact[2])) ? 1 : 0;
  if (word === 'mittag' || word === 'noon') return setTime(found, 12, 0) ? 1 : 0;
  const hour = numberOf(word.replace(/\.$/, ''));
  if (hour === null || hour > 24) return 0;
  const minute = words[at + 1] === 'uhr' ? numberOf(words[at + 2]) : null;
  if (minute !== null && minute < 60) return setTime(found, hour, minute) ? 3 : 0;
  return setTime(found, hour, 0) ? 1 : 0;
};

const halfOfDay: Reader = (words, at, found) => {
  const word = words[at] ?? '';
  // English "am" after an hour is a half of the day; before a weekday it is German.
  const early = EARLY.test(word) && !(word === 'am' && found.hour === null);
  if (!early && !LATE.test(word)) return 0;
  found.half = early ? 'early' : 'late';
  return 1;
};

const arrival: Reader = (words, at, found) => {
  const word = words[at] ?? '';
  if (!ARRIVAL.test(word)) return 0;
  found.arrive = true;
  return 1;
};

const filler: Reader = (words, at) => (FILLERS.test((words[at] ?? '').replace(/\.$/, '')) ? 1 : 0);

const READERS: readonly Reader[] = [
  relative,
  immediate,
  nearDay,
  weekday,
  numericDate,
  namedDate,
  spokenTime,
  halfOfDay,
  arrival,
  filler,
  clockTime,
];

function resolve(found: Found, now: Date, timeZone: string): When {
  const kind = found.arrive ? 'arrive' : 'depart';
  if (found.now) return { ok: true, kind: 'depart', at: now, now: true };
  if (found.inMinutes !== null) {
    return { ok: true, kind, at: new Date(now.getTime() + found.inMinutes * 60_000), now: false };
  }
  if (found.hour === null) return { ok: false, problem: 'no_time' };
  const time = { hour: hourOf(found), minute: found.minute };
  const today = localDate(now, timeZone);
  const at = (date: LocalDate) => instantOf(onDay(date, time), timeZone);
  // Somebody who says half past two at 14:31 means now, not tomorrow.
  const isOver = (instant: Date) => instant.getTime() < now.getTime() - STILL_MEANT_MS;

  if (found.date) {
    const { day, month, year } = found.date;
    const thisYear = { day, month, year: year ?? localTime(now, timeZone).year };
    const date =
      year === null && daysBetween(today, thisYear) < 0 ? { ...thisYear, year: thisYear.year + 1 } : thisYear;
    if (!isDate(date)) return { ok: false, problem: 'unknown', word: `${day}.${month}.` };
    const instant = at(date);
    return isOver(instant) ? { ok: false, problem: 'past' } : { ok: true, kind, at: instant, now: false };
  }
  if (found.day !== null) {
    const instant = at(addDays(today, found.day));
    return isOver(instant) ? { ok: false, problem: 'past' } : { ok: true, kind, at: instant, now: false };
  }
  const away = found.weekday === null ? 0 : (found.weekday - weekdayOf(today) + 7) % 7;
  const first = at(addDays(today, away));
  const later = at(addDays(today, away + (found.weekday === null ? 1 : 7)));
  return { ok: true, kind, at: isOver(first) ? later : first, now: false };
}

const STILL_MEANT_MS = 5 * 60_000;

function hourOf({ hour, half }: Found): number {
  const told = hour ?? 0;
  if (half === 'late' && told < 12) return told + 12;
  if (half === 'early' && told === 12) return 0;
  return told;
}

function onDay(date: LocalDate, time: { hour: number; minute: number }): LocalTime {
  return time.hour === 24 ? { ...addDays(date, 1), hour: 0, minute: 0 } : { ...date, ...time };
}
