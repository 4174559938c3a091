import { describe, expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import { messages } from '@/components/messages';
import { toldOf } from './Failure';

const COMING = { reason: 'VEHICLE_COMING', detail: 'ride_id: bus is on its way to r-1 already' };

describe('what a service refuses', () => {
  it('is told in the words of the page', () => {
    const told = toldOf(new Problem(409, COMING), messages.de);
    expect(told).toBe('Das Fahrzeug ist schon auf dem Weg zu diesem Fahrgast.');
    expect(toldOf(new Problem(409, COMING), messages.en)).toBe(
      'The vehicle is on its way to this passenger already.',
    );
  });

  it('is told without the field where the state forbids it', () => {
    const violations = [{ field: 'shift.etag', description: 'is over', reason: 'SHIFT_CHANGED' }];
    const problem = new Problem(409, { reason: 'SHIFT_CHANGED', detail: 'shift.etag: is over', violations });
    expect(toldOf(problem, messages.de)).toBe('Jemand anderes hat die Schicht inzwischen geändert.');
  });

  it('is told with every field that is wrong', () => {
    const violations = [
      { field: 'a', description: '2 is more than 1', reason: 'NUMBER_TOO_LARGE' },
      { field: 'b', description: 'is odd', reason: 'NEWER_THAN_THIS_PAGE' },
    ];
    const problem = new Problem(400, { reason: 'NUMBER_TOO_LARGE', detail: 'a: …; b: …', violations });
    expect(toldOf(problem, messages.de)).toBe('Diese Zahl ist zu groß. (a: 2 is more than 1) · b: is odd');
  });

  it('is told as the service says it where the page has no words', () => {
    expect(toldOf(new Problem(409, { reason: 'NEWER_THAN_THIS_PAGE', detail: 'why' }), messages.de)).toBe(
      'why',
    );
    expect(toldOf(new Problem(403, { reason: 'ROLE_MISSING' }), messages.de)).toBe(messages.de.notAllowed);
    expect(toldOf(new Problem(503, COMING), messages.de)).toBe(messages.de.unavailable);
  });
});
