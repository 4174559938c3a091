import { describe, expect, it } from 'vitest';
import { formatFor } from '@/i18n/written';
import { messages } from './messages';
import { type Promised, spokenPromise } from './promise';

const NOW = new Date('2026-11-24T09:00:00Z');
const ZONE = 'Europe/Berlin';

const PROMISED: Promised = {
  kind: 'VEHICLE_KIND_BUERGERBUS',
  pickup: { label: 'Bahnhof', virtual_stop_id: '', walk_m: 0 },
  dropoff: { label: 'Klinikum', virtual_stop_id: '', walk_m: 0 },
  promise: {
    pickup_window: { earliest: '2026-11-24T13:30:00Z', latest: '2026-11-24T13:45:00Z' },
    latest_arrival: '2026-11-24T14:09:00Z',
  },
};

const german = (promised: Promised) => spokenPromise(promised, messages.de, formatFor('de', ZONE), NOW);
const english = (promised: Promised) => spokenPromise(promised, messages.en, formatFor('en', ZONE), NOW);

describe('spokenPromise', () => {
  it('says what is promised, by the clock of the district', () => {
    expect(german(PROMISED)).toBe(
      'Der Bürgerbus holt Sie heute zwischen 14:30 und 14:45 Uhr ab: Bahnhof. Spätestens um 15:09 Uhr sind Sie am Ziel: Klinikum.',
    );
    expect(english(PROMISED)).toBe(
      'The Bürgerbus picks you up today between 14:30 and 14:45: Bahnhof. You will be there by 15:09 at the latest: Klinikum.',
    );
  });

  it('names days that are far with their weekday, and walks', () => {
    const later: Promised = {
      ...PROMISED,
      pickup: { label: 'Markt', virtual_stop_id: 's-1', walk_m: 148 },
      promise: {
        pickup_window: { earliest: '2026-11-27T06:15:00Z', latest: '2026-11-27T06:15:00Z' },
        latest_arrival: '2026-11-27T06:40:00Z',
      },
    };
    expect(german(later)).toBe(
      'Der Bürgerbus holt Sie am Freitag, 27. November 2026 um 07:15 Uhr ab: Markt. Gehen Sie bitte 150 m bis Markt. Spätestens um 07:40 Uhr sind Sie am Ziel: Klinikum.',
    );
    // Some versions of the language data have a comma after the weekday.
    expect(english(later).replace('Friday,', 'Friday')).toContain(
      'on Friday 27 November 2026 at 07:15: Markt. Please walk 150 m to Markt.',
    );
  });

  it('says nothing where nothing is promised', () => {
    expect(german({ ...PROMISED, promise: undefined })).toBe('');
  });
});
