import { Link, useParams } from 'react-router';
import type { TicketingStatement } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Facts, PageFrame, Panel } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages } from '@/i18n/language';
import { usePaper, useStatement } from './calls';
import { type Explained, explainedOf } from './explained';
import { Corrections, Journal } from './Journal';
import { Lines } from './Lines';
import { messages } from './messages';
import { dayName, periodName, validName } from './period';
import { Rides, Unpriced } from './Rides';
import styles from './StatementPage.module.css';

/** What somebody pays for a period, and why it is the lowest price. */
export default function StatementPage() {
  const { accountId = '', periodId = '' } = useParams();
  const m = useMessages(messages);
  const { language } = useLanguage();
  const statement = useStatement(accountId, periodId);
  const paper = usePaper(accountId, periodId, language);
  const explained = explainedOf(statement.data?.explanation_json ?? '');
  return (
    <PageFrame
      title={m.title(periodName(periodId, language))}
      about={
        <>
          <Link to="/accounts">{m.accounts}</Link> {' · '}
          <Link to={`/accounts/${encodeURIComponent(accountId)}`}>{m.account(accountId)}</Link>
        </>
      }
      actions={
        <Button disabled={!statement.data || paper.isPending} onClick={() => paper.mutate()}>
          {m.paper}
        </Button>
      }
    >
      {paper.isError && <Failure error={paper.error} />}
      {statement.isPending && <Loading />}
      {statement.isError && <Failure error={statement.error} onAgain={() => void statement.refetch()} />}
      {statement.data && explained && <Shown statement={statement.data} explained={explained} />}
    </PageFrame>
  );
}

function Shown({ statement, explained }: { statement: TicketingStatement; explained: Explained }) {
  return (
    <>
      <div className={styles.panels}>
        <Total statement={statement} explained={explained} />
        <OnTheWay explained={explained} />
      </div>
      <Lines explained={explained} />
      <Unpriced explained={explained} />
      <Rides explained={explained} />
      <Corrections explained={explained} />
      <Journal statement={statement} />
    </>
  );
}

function Total({ statement, explained }: { statement: TicketingStatement; explained: Explained }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number) => format.money(cents, explained.currency);
  const isCredit = explained.total_cents < 0;
  const word = isCredit ? m.credit : explained.settled ? m.toPay : m.wouldPay;
  return (
    <Panel title={word}>
      <p className={styles.total}>
        <strong>{money(Math.abs(explained.total_cents))}</strong>
        <WhyLowest explained={explained} />
      </p>
      <p>
        <Badge tone={explained.settled ? 'good' : 'accent'}>
          {explained.settled ? m.settled : m.running}
        </Badge>
      </p>
      <Facts
        facts={[
          [m.products, money(explained.products_cents)],
          ...(explained.corrections_cents
            ? [[m.corrections, money(explained.corrections_cents)] as const]
            : []),
          ...(explained.settled ? [[m.open, money(statement.balance_cents)] as const] : []),
          [m.changeable, statement.cut_off_time ? format.longDay(statement.cut_off_time) : '–'],
          [
            m.tariff,
            explained.tariffs
              .map((each) => m.tariffFrom(each.version_id, dayName(each.first_service_date, language)))
              .join('; ') || '–',
          ],
        ]}
      />
      {explained.collection && (
        <p>{m.collected(dayName(explained.collection.date, language), explained.collection.mandate)}</p>
      )}
    </Panel>
  );
}

function WhyLowest({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number | null) => (cents === null ? '–' : format.money(cents, explained.currency));
  const { singles_cents, saved_cents, next_best, sentences } = explained.alternatives;
  return (
    <Why title={m.whyTitle}>
      {sentences[language].map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Facts
        facts={[
          [m.singles, money(singles_cents)],
          [m.billed, money(explained.products_cents)],
          [m.saved, money(saved_cents)],
          [
            m.nextBest,
            next_best
              ? `${money(next_best.cents)} ${m.nextBestWithout(next_best.without_name[language])}`
              : '–',
          ],
        ]}
      />
    </Why>
  );
}

function OnTheWay({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number) => format.money(cents, explained.currency);
  if (explained.progress.length === 0) return null;
  return (
    <Panel title={m.progress}>
      {explained.progress.map((each) => {
        const name = `${each.name[language]} · ${validName(each.valid_at, language)}`;
        return (
          <div key={`${each.product_id} ${each.valid_at}`} className={styles.progress}>
            <strong>{name}</strong>
            <meter
              aria-label={name}
              min={0}
              max={Math.max(each.price_cents, 1)}
              value={Math.min(each.spent_cents, each.price_cents)}
            />
            <span>{m.progressText(money(each.spent_cents), money(each.price_cents))}</span>
            <span>{each.left_cents > 0 ? m.progressLeft(money(each.left_cents)) : m.progressReached}</span>
          </div>
        );
      })}
    </Panel>
  );
}
