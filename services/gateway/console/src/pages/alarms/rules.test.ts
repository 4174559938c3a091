import { describe, expect, it } from 'vitest';
import type { WasteAlarmRule } from '@/api/schema';
import { draftOf, newContact, newRule, numberOf, ruleOf, swapped } from './rules';

const KEPT: WasteAlarmRule = {
  sub_account_id: 'amt',
  kind: 'ALARM_KIND_OVERFLOW_LIKELY',
  threshold: 0.625,
  horizon: '43200s',
  escalate_after: '900s',
  calm: '0s',
  ladder: [
    { contact_id: 'a', email_address: 'a@example.org', language: 'ALARM_LANGUAGE_UNSPECIFIED' },
    {
      contact_id: 'b',
      webhook: { url: 'https://example.org/alarm', secret: '' },
      language: 'ALARM_LANGUAGE_ENGLISH',
    },
  ],
};

describe('a rule in the form', () => {
  it('comes out as it went in', () => {
    expect(ruleOf(draftOf(KEPT))).toEqual({
      threshold: 0.625,
      horizon: '43200s',
      escalate_after: '900s',
      calm: '0s',
      ladder: [
        { contact_id: 'a', email_address: 'a@example.org', language: 'ALARM_LANGUAGE_GERMAN' },
        {
          contact_id: 'b',
          webhook: { url: 'https://example.org/alarm', secret: '' },
          language: 'ALARM_LANGUAGE_ENGLISH',
        },
      ],
    });
  });

  it('has what holds where nothing is set', () => {
    const { threshold, horizon, ...bare } = KEPT;
    expect([threshold, horizon]).toEqual([0.625, '43200s']);
    expect(draftOf(bare)).toMatchObject({ threshold: '50', horizonH: '24' });
  });

  it('tells neither threshold nor horizon where they mean nothing', () => {
    expect(ruleOf(newRule('amt', 'ALARM_KIND_TILTED'))).toEqual({
      escalate_after: '1800s',
      calm: '900s',
      ladder: [],
    });
  });

  it('tells degrees of a fire as they are', () => {
    expect(ruleOf({ ...newRule('amt', 'ALARM_KIND_FIRE'), threshold: '72,5' })?.threshold).toBe(72.5);
  });

  it('is not to be saved while something is missing', () => {
    const draft = newRule('amt', 'ALARM_KIND_AMPEL_RED');
    const contact = newContact(draft.ladder);
    const hook = { ...contact, channel: 'webhook' as const, address: 'https://example.org' };
    expect(ruleOf({ ...draft, ladder: [contact] })).toBeNull();
    expect(ruleOf({ ...draft, ladder: [{ ...contact, address: 'a@b.example' }] })).not.toBeNull();
    expect(ruleOf({ ...draft, ladder: [hook] })).toBeNull();
    expect(ruleOf({ ...draft, ladder: [{ ...hook, secret: 'too short' }] })).toBeNull();
    expect(ruleOf({ ...draft, ladder: [{ ...hook, secret: 'sixteen or longer' }] })).not.toBeNull();
    expect(ruleOf({ ...draft, escalateMin: '0' })).toBeNull();
  });
});

describe('numbers', () => {
  it.each([
    ['12,5', 12.5],
    [' 7 ', 7],
    ['', null],
    ['viel', null],
    ['101', null],
  ])('%j is %j', (text, value) => {
    expect(numberOf(text, { low: 1, high: 100 })).toBe(value);
  });
});

describe('a ladder', () => {
  it('gives a new contact a name that none has', () => {
    const [one] = [newContact([])];
    expect(newContact([{ ...one, id: 'contact-2' }]).id).toBe('contact-3');
  });

  it('swaps neighbours, and leaves the ends where they are', () => {
    expect(swapped(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
    expect(swapped(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
  });
});
