import { describe, expect, it } from 'vitest';
import { isoDate, localTime } from '@/i18n/local_time';
import { parseWhen } from './when';

const ZONE = 'Europe/Berlin';
/** Tuesday, 24 November 2026, 10:00 in Berlin. */
const NOW = new Date('2026-11-24T09:00:00Z');

function read(text: string, now = NOW): string {
  const when = parseWhen(text, now, ZONE);
  if (!when.ok) return when.problem === 'unknown' ? `unknown ${when.word}` : when.problem;
  const local = localTime(when.at, ZONE);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${when.kind === 'arrive' ? 'by ' : ''}${isoDate(local)} ${two(local.hour)}:${two(local.minute)}`;
}

describe('parseWhen', () => {
  it.each([
    ['jetzt', '2026-11-24 10:00'],
    ['now', '2026-11-24 10:00'],
    ['14:30', '2026-11-24 14:30'],
    ['14.30', '2026-11-24 14:30'],
    ['1430', '2026-11-24 14:30'],
    ['um 14 Uhr 30', '2026-11-24 14:30'],
    ['14 Uhr', '2026-11-24 14:00'],
    ['8', '2026-11-25 08:00'],
    ['9:58', '2026-11-24 09:58'],
    ['morgen 8', '2026-11-25 08:00'],
    ['morgen früh halb 8', '2026-11-25 07:30'],
    ['heute abend 7', '2026-11-24 19:00'],
    ['heute morgen 11', '2026-11-24 11:00'],
    ['übermorgen 8:15', '2026-11-26 08:15'],
    ['Fr 7:15', '2026-11-27 07:15'],
    ['am Freitag um 7:15 Uhr', '2026-11-27 07:15'],
    ['Fr. morgens 7', '2026-11-27 07:00'],
    ['Di 9', '2026-12-01 09:00'],
    ['Di 11', '2026-11-24 11:00'],
    ['viertel nach 8', '2026-11-25 08:15'],
    ['viertel vor 12', '2026-11-24 11:45'],
    ['dreiviertel 12', '2026-11-24 11:45'],
    ['viertel 12', '2026-11-24 11:15'],
    ['10 vor 12', '2026-11-24 11:50'],
    ['zehn nach drei nachmittags', '2026-11-24 15:10'],
    ['mittags 1', '2026-11-24 13:00'],
    ['24.12. 10:00', '2026-12-24 10:00'],
    ['24.12.2027 10', '2027-12-24 10:00'],
    ['24.12.27 10', '2027-12-24 10:00'],
    ['3.1. 9', '2027-01-03 09:00'],
    ['24. Dezember 18 Uhr', '2026-12-24 18:00'],
    ['2026-12-24 10:00', '2026-12-24 10:00'],
    ['in 20 min', '2026-11-24 10:20'],
    ['in 20', '2026-11-24 10:20'],
    ['in einer Stunde', '2026-11-24 11:00'],
    ['in einer halben Stunde', '2026-11-24 10:30'],
    ['an 14:30', 'by 2026-11-24 14:30'],
    ['bis 9 morgen', 'by 2026-11-25 09:00'],
    ['Fr bis 7:15', 'by 2026-11-27 07:15'],
    ['spätestens um 12', 'by 2026-11-24 12:00'],
    ['24 Uhr', '2026-11-25 00:00'],
  ])('German: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['tomorrow 8', '2026-11-25 08:00'],
    ['tomorrow at 8 am', '2026-11-25 08:00'],
    ['8pm', '2026-11-24 20:00'],
    ['12 pm', '2026-11-24 12:00'],
    ['tomorrow 12 am', '2026-11-25 00:00'],
    ['tonight 8', '2026-11-24 20:00'],
    ['Fri 7:15', '2026-11-27 07:15'],
    ['next Friday at half past 7', '2026-11-27 07:30'],
    ['quarter to 12', '2026-11-24 11:45'],
    ['day after tomorrow 8:15', '2026-11-26 08:15'],
    ['24 Dec 10:00', '2026-12-24 10:00'],
    ['Dec 24th 10:00', '2026-12-24 10:00'],
    ['24/12 10:00', '2026-12-24 10:00'],
    ['in half an hour', '2026-11-24 10:30'],
    ['in an hour', '2026-11-24 11:00'],
    ['by 2:30 pm', 'by 2026-11-24 14:30'],
    ['arrive tomorrow 9:00', 'by 2026-11-25 09:00'],
    ['noon', '2026-11-24 12:00'],
  ])('English: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['', 'empty'],
    ['morgen', 'no_time'],
    ['Fr', 'no_time'],
    ['heute 8', 'past'],
    ['1.2.2026 10', 'past'],
    ['31.11. 10', 'unknown 31.11.'],
    ['25:00', 'unknown 25:00'],
    ['14:75', 'unknown 14:75'],
    ['bald', 'unknown bald'],
    ['8 9', 'unknown 9'],
  ])('says what it does not understand: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('goes by the clock of the district when it changes', () => {
    // Clocks go back on 25 October 2026 and forward on 28 March 2027.
    expect(parseWhen('25.10. 8', new Date('2026-10-24T10:00:00Z'), ZONE)).toMatchObject({
      at: new Date('2026-10-25T07:00:00Z'),
    });
    expect(parseWhen('morgen 2:30', new Date('2027-03-27T10:00:00Z'), ZONE)).toMatchObject({
      at: new Date('2027-03-28T01:30:00Z'),
    });
    expect(parseWhen('morgen 2:30', new Date('2026-10-24T10:00:00Z'), ZONE)).toMatchObject({
      at: new Date('2026-10-25T00:30:00Z'),
    });
  });

  it('reads everything the desk itself writes', () => {
    for (let hour = 0; hour < 24; hour += 1) {
      for (const minute of [0, 5, 30, 59]) {
        const at = new Date(Date.UTC(2026, 10, 26, hour, minute));
        const local = localTime(at, ZONE);
        const written = `${isoDate(local)} ${local.hour}:${String(local.minute).padStart(2, '0')}`;
        expect(parseWhen(written, NOW, ZONE)).toMatchObject({ ok: true, at });
      }
    }
  });
});
