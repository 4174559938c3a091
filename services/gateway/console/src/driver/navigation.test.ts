import { expect, test } from 'vitest';
import { wayTo } from './navigation';

const THERE = { latitude_deg: 53.5567891, longitude_deg: 13.26 };

test('phones open the way in their own program', () => {
  expect(wayTo(THERE, 'Markt (Süd) & mehr', 'Android')).toBe(
    'geo:53.556789,13.260000?q=53.556789,13.260000(Markt%20%20S%C3%BCd%20%20%26%20mehr)',
  );
  expect(wayTo(THERE, '', 'Android')).toBe('geo:53.556789,13.260000?q=53.556789,13.260000');
  expect(wayTo(THERE, 'Markt', 'Mozilla/5.0 (iPhone)')).toBe('maps://?daddr=53.556789,13.260000');
});
