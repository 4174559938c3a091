import { describe, expect, it } from 'vitest';
import type { WasteContainerState, WasteDeviceState } from '@/api/schema';
import { containerMatches, isWell, urgency, worstDevice } from './containers';

const state = (
  ampel: WasteContainerState['ampel'],
  level: number,
  overflow?: number,
): WasteContainerState => ({
  container_id: 'c-1',
  sub_account_id: 'a',
  site_id: 's-1',
  depot_id: 'yard',
  fraction: 'FRACTION_PAPER',
  reason: 'AMPEL_REASON_FILLING',
  ampel,
  latest: { level_share: level, volume_l: 0 },
  ...(overflow === undefined ? {} : { overflow_probability: overflow }),
});

const device = (device_id: string, container_id: string, health: WasteDeviceState['health']) => ({
  device_id,
  container_id,
  health,
  sub_account_id: 'a',
  reason: '',
});

describe('containers', () => {
  it('come by colour, then by odds, then by level', () => {
    const ordered = [
      state('AMPEL_RED', 0.9, 1),
      state('AMPEL_RED', 1, 0.2),
      state('AMPEL_RED', 0.9, 0.2),
      state('AMPEL_YELLOW', 1, 1),
      state('AMPEL_UNKNOWN', 0),
      state('AMPEL_GREEN', 1.4, 1),
      state('AMPEL_UNSPECIFIED', 1, 1),
    ];
    const ranks = ordered.map(urgency);
    expect([...ranks].sort((one, other) => one - other)).toEqual(ranks);
  });

  it('are found by every word of site and number, by colour and fraction', () => {
    const any = { ampel: '', fraction: '', text: '' };
    const red = state('AMPEL_RED', 0.9);
    expect(containerMatches(red, 'Lindenberg 4', { ...any, text: 'c-1 LINDEN' })).toBe(true);
    expect(containerMatches(red, 'Lindenberg 4', { ...any, text: 'linden oststadt' })).toBe(false);
    expect(containerMatches(red, 'Lindenberg 4', { ...any, ampel: 'AMPEL_GREEN' })).toBe(false);
    expect(containerMatches(red, 'Lindenberg 4', { ...any, fraction: 'FRACTION_METAL' })).toBe(false);
  });

  it('are as well as the sensor that is worst off', () => {
    const well = device('d-1', 'c-1', ['DEVICE_HEALTH_WELL']);
    const weak = device('d-2', 'c-1', ['DEVICE_HEALTH_LOW_BATTERY']);
    const other = device('d-3', 'c-2', ['DEVICE_HEALTH_SILENT']);
    expect(worstDevice([well, other, weak], 'c-1')).toBe(weak);
    expect(worstDevice([well, other], 'c-1')).toBe(well);
    expect(worstDevice([other], 'c-1')).toBeNull();
    expect([well, weak].map(isWell)).toEqual([true, false]);
  });
});
