import { describe, expect, it } from 'vitest';
import { callInWords } from './calls';

const WORDS = {
  BookRide: 'Book ride',
  ReportLift: 'Complain about lift',
  waste_ReportLift: 'Report emptying',
};

describe('a call in words', () => {
  it('is told by the service where two have one of the same name', () => {
    expect(callInWords(WORDS, 'pooling', 'BookRide')).toBe('Book ride');
    expect(callInWords(WORDS, 'journeys', 'ReportLift')).toBe('Complain about lift');
    expect(callInWords(WORDS, 'waste', 'ReportLift')).toBe('Report emptying');
  });

  it('is called as it is where there are no words', () => {
    expect(callInWords(WORDS, 'pooling', 'ListRides')).toBe('ListRides');
  });
});
