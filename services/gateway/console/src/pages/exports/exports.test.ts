import { describe, expect, it } from 'vitest';
import { addressOf, fileNameOf, formatsOf } from './exports';
import { cronOf, RHYTHMS, saidOf, writtenTime } from './rhythm';

describe('a download', () => {
  it('covers whole days of the district, both ends included', () => {
    const address = addressOf(
      {
        sub_account_id: 'amt & mehr',
        content: 'EXPORT_CONTENT_LEVELS',
        format: 'EXPORT_FORMAT_CSV',
        days: { first: { year: 2021, month: 3, day: 27 }, last: { year: 2021, month: 3, day: 28 } },
      },
      'Europe/Berlin',
    );
    const query = new URLSearchParams(address.split('?')[1]);
    expect(query.get('sub_account_id')).toBe('amt & mehr');
    expect(query.get('start_time')).toBe('2021-03-26T23:00:00.000Z');
    expect(query.get('end_time')).toBe('2021-03-28T22:00:00.000Z');
  });

  it('tells no days of containers, which are as they are now', () => {
    const address = addressOf(
      {
        sub_account_id: 'amt',
        content: 'EXPORT_CONTENT_CONTAINERS',
        format: 'EXPORT_FORMAT_GEOJSON',
        days: null,
      },
      'Europe/Berlin',
    );
    expect(address).not.toContain('time');
    expect(formatsOf('EXPORT_CONTENT_CONTAINERS')).toContain('EXPORT_FORMAT_GEOJSON');
    expect(formatsOf('EXPORT_CONTENT_LEVELS')).not.toContain('EXPORT_FORMAT_GEOJSON');
  });

  it('is called what the service calls it', () => {
    expect(fileNameOf('attachment; filename="levels-amt.csv"')).toBe('levels-amt.csv');
    expect(fileNameOf(null)).toBe('export');
  });
});

describe('a rhythm', () => {
  it.each(RHYTHMS)('%s comes out as it went in', (rhythm) => {
    const said = { rhythm, hour: 6, minute: 30 };
    expect(saidOf(cronOf(said))).toEqual(said);
  });

  it.each(['*/15 * * * *', '0 25 * * *', '61 6 * * *', '0 6 * 2 *', ''])('has no words for %j', (cron) => {
    expect(saidOf(cron)).toBeNull();
  });

  it('is written with two digits', () => {
    expect(writtenTime({ hour: 6, minute: 5 })).toBe('06:05');
  });
});
