import { describe, expect, it } from 'vitest';
import type { components } from '@/api/schema';
import { ridesOf } from './objects';

type Stop = components['schemas']['PoolingPlannedStop'];

function planned(stop_id: string, point: Partial<NonNullable<Stop['point']>>): Stop {
  const position = { latitude_deg: 53.5, longitude_deg: 13.2 };
  const whole = { position, label: '', virtual_stop_id: '', ...point } as NonNullable<Stop['point']>;
  return { stop_id, action: 'STOP_ACTION_PICKUP', point: whole, done: false } as Stop;
}

describe('where people get on and off', () => {
  const stops = [planned('1', { label: 'Hof' }), planned('2', { virtual_stop_id: 'dorf' }), planned('3', {})];
  const plan = { tours: [{ vehicle_id: 'bus', stops }] } as components['schemas']['PoolingPlan'];
  const dorf = { virtual_stop_id: 'dorf', name: 'Dorfplatz' } as components['schemas']['PoolingVirtualStop'];

  it('is called as it was booked, else as its stop, and never by an id', () => {
    expect(ridesOf([plan], [dorf]).map(({ name }) => name)).toEqual(['Hof', 'Dorfplatz', '']);
    expect(ridesOf([plan], []).map(({ name }) => name)).toEqual(['Hof', '', '']);
  });
});
