import { Download as DownloadIcon } from 'lucide-react';
import { useState } from 'react';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Button } from '@/components/Button';
import { DateField } from '@/components/DateField';
import { SelectField } from '@/components/Field';
import { PageFrame, Panel } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { useSubAccounts } from '@/depot/sub_accounts';
import { useTimeZone } from '@/district/district';
import { useMessages, wordFor } from '@/i18n/language';
import { addDays, isoDate, type LocalDate, localDate } from '@/i18n/local_time';
import styles from './ExportsPage.module.css';
import { addressOf, CONTENTS, formatsOf, useDownload, type Wanted } from './exports';
import { messages } from './messages';
import { Schedules } from './Schedules';

const USUAL_DAYS = 7;

/** Everything that is held of containers, to be had as a file: now, or again and again. */
export default function ExportsPage() {
  const m = useMessages(messages);
  const subAccounts = useSubAccounts();
  return (
    <PageFrame title={m.title} about={m.about}>
      {subAccounts.isPending && <Loading />}
      {subAccounts.isError && (
        <Failure error={subAccounts.error} onAgain={() => void subAccounts.refetch()} />
      )}
      {subAccounts.data && (
        <>
          <Now subAccounts={subAccounts.data} />
          <Schedules subAccounts={subAccounts.data} />
          <p className={styles.soft}>{m.live}</p>
        </>
      )}
    </PageFrame>
  );
}

interface NowProps {
  subAccounts: readonly { sub_account_id: string; name: string }[];
}

function Now({ subAccounts }: NowProps) {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const today = localDate(new Date(), timeZone);
  const [chosen, setChosen] = useState('');
  const [content, setContent] = useState<Wanted['content']>('EXPORT_CONTENT_LEVELS');
  const [wantedFormat, setFormat] = useState<Wanted['format']>('EXPORT_FORMAT_CSV');
  const [first, setFirst] = useState(isoDate(addDays(today, 1 - USUAL_DAYS)));
  const [last, setLast] = useState(isoDate(today));
  const download = useDownload((name) => say('good', m.downloaded, name));
  const subAccountId = chosen || subAccounts[0]?.sub_account_id || '';
  const formats = formatsOf(content);
  const format = formats.includes(wantedFormat) ? wantedFormat : 'EXPORT_FORMAT_CSV';
  const isNow = content === 'EXPORT_CONTENT_CONTAINERS';
  const [from, until] = [dateOf(first), dateOf(last)];
  const isReversed = first > last;
  const ready = Boolean(subAccountId) && (isNow || (from !== null && until !== null && !isReversed));

  function start() {
    const days = isNow || !from || !until ? null : { first: from, last: until };
    download.mutate(addressOf({ sub_account_id: subAccountId, content, format, days }, timeZone));
  }

  return (
    <Panel title={m.now}>
      <div className={styles.pair}>
        {subAccounts.length > 1 && (
          <SelectField
            label={m.subAccount}
            value={subAccountId}
            options={subAccounts.map((each) => ({
              value: each.sub_account_id,
              label: each.name || each.sub_account_id,
            }))}
            onChange={setChosen}
          />
        )}
        <SelectField
          label={m.content}
          value={content}
          options={CONTENTS.map((value) => ({ value, label: wordFor(m.contents, value) }))}
          onChange={setContent}
        />
        <SelectField
          label={m.format}
          value={format}
          options={formats.map((value) => ({ value, label: wordFor(m.formats, value) }))}
          onChange={setFormat}
        />
        {!isNow && (
          <>
            <DateField label={m.from} value={first} onChange={setFirst} />
            <DateField
              label={m.until}
              value={last}
              onChange={setLast}
              error={isReversed ? m.reversed : null}
            />
          </>
        )}
      </div>
      {isNow && <p className={styles.soft}>{m.asOfNow}</p>}
      {download.isError && <Failure error={download.error} />}
      <div>
        <Button
          kind="main"
          icon={<DownloadIcon aria-hidden="true" />}
          disabled={!ready || download.isPending}
          onClick={start}
        >
          {download.isPending ? m.downloading : m.download}
        </Button>
      </div>
    </Panel>
  );
}

/** YYYY-MM-DD as a date; null where the field is empty. */
function dateOf(text: string): LocalDate | null {
  const [year, month, day] = text.split('-').map(Number);
  return year && month && day ? { year, month, day } : null;
}
