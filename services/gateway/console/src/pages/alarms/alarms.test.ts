import { describe, expect, it } from 'vitest';
import { formatFor } from '@/i18n/written';
import { reasonOf } from './alarms';
import { messages } from './messages';

const format = formatFor('de', 'Europe/Berlin');
/** Per cent stands behind a space that does not break. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('why there is an alarm', () => {
  it('is said by its figures, with times by the district’s clock', () => {
    const alarm = {
      kind: 'ALARM_KIND_AMPEL_RED' as const,
      figures: { level_share: 0.95, critical_share: 0.8, overflow_probability: 0.63 },
      instants: { by: '2020-01-15T09:00:00Z' },
    };
    expect(plain(reasonOf(alarm, messages.de, format))).toBe(
      'Füllstand 95 %, kritisch ab 80 %, Überlauf bis Mi., 15.01. 10:00: 63 %',
    );
  });

  it('tells degrees of a fire, and shares of everything else', () => {
    const fire = {
      kind: 'ALARM_KIND_FIRE' as const,
      figures: { temperature_c: 75.5, threshold: 70 },
      instants: {},
    };
    const battery = {
      kind: 'ALARM_KIND_BATTERY_LOW' as const,
      figures: { battery_share: 0.12, threshold: 0.2 },
      instants: {},
    };
    expect(reasonOf(fire, messages.de, format)).toBe('75,5 °C, Schwelle 70 °C');
    expect(plain(reasonOf(battery, messages.de, format))).toBe('Batterie 12 %, Schwelle 20 %');
  });

  it('is nothing where only the kind is known', () => {
    expect(
      reasonOf({ kind: 'ALARM_KIND_TILTED', figures: {}, instants: {} }, messages.en, formatFor('en', 'UTC')),
    ).toBe('');
  });
});
