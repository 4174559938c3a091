import { Link, useNavigate, useParams } from 'react-router';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { DataTable } from '@/components/DataTable';
import { Empty, Facts, PageFrame, Panel } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages } from '@/i18n/language';
import { useStatement } from '@/pages/statement/calls';
import { periodName } from '@/pages/statement/period';
import styles from './AccountPage.module.css';
import { useStatements } from './calls';
import { messages } from './messages';
import { Questions } from './Questions';

const RUNNING = '';

/** One account: what it would pay now, what it paid, and what has to be asked. */
export default function AccountPage() {
  const { accountId = '' } = useParams();
  const m = useMessages(messages);
  return (
    <PageFrame title={m.title(accountId)} about={<Link to="/accounts">{m.all}</Link>}>
      <Running accountId={accountId} />
      <Questions accountId={accountId} />
      <Statements accountId={accountId} />
    </PageFrame>
  );
}

function addressOf(accountId: string, periodId: string): string {
  return `/accounts/${encodeURIComponent(accountId)}/statements/${encodeURIComponent(periodId)}`;
}

function Running({ accountId }: { accountId: string }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const running = useStatement(accountId, RUNNING);
  const period = running.data?.period?.period_id ?? '';
  return (
    <Panel title={m.now}>
      {running.isPending && <Loading />}
      {running.isError && <Failure error={running.error} onAgain={() => void running.refetch()} />}
      {running.data && (
        <>
          <p>{m.nowText}</p>
          <Facts
            facts={[
              [m.running, periodName(period, language)],
              [m.forecast, format.money(running.data.total_cents, running.data.currency)],
            ]}
          />
          <p>
            <Link to={addressOf(accountId, period)}>{m.open}</Link>
          </p>
        </>
      )}
    </Panel>
  );
}

function Statements({ accountId }: { accountId: string }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const navigate = useNavigate();
  const statements = useStatements(accountId);
  return (
    <section className={styles.part} aria-label={m.statements}>
      <h2>{m.statements}</h2>
      {statements.isPending && <Loading />}
      {statements.isError && <Failure error={statements.error} onAgain={() => void statements.refetch()} />}
      {statements.data?.length === 0 && (
        <Empty title={m.noStatements}>
          <p>{m.noStatementsHint}</p>
        </Empty>
      )}
      {statements.data && statements.data.length > 0 && (
        <DataTable
          label={m.statements}
          rows={statements.data}
          rowId={(each) => each.period?.period_id ?? ''}
          onOpen={(each) => navigate(addressOf(accountId, each.period?.period_id ?? ''))}
          columns={[
            {
              id: 'period',
              header: m.period,
              cell: (each) => <strong>{periodName(each.period?.period_id ?? '', language)}</strong>,
            },
            {
              id: 'total',
              header: m.total,
              numeric: true,
              cell: (each) => format.money(each.total_cents, each.currency),
            },
            {
              id: 'due',
              header: m.due,
              numeric: true,
              cell: (each) => format.money(each.balance_cents, each.currency),
            },
            {
              id: 'changeable',
              header: m.changeable,
              minor: true,
              cell: (each) => (each.cut_off_time ? format.day(each.cut_off_time) : '–'),
            },
            {
              id: 'proof',
              header: m.proof,
              minor: true,
              cell: (each) => (
                <Badge tone={each.optimal ? 'good' : 'warn'}>{each.optimal ? m.proven : m.unproven}</Badge>
              ),
            },
          ]}
        />
      )}
    </section>
  );
}
