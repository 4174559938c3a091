import { useDeferredValue, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import type { TicketingAccount } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { TextField } from '@/components/Field';
import { messages as componentMessages } from '@/components/messages';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { useAccounts } from './accounts';
import { messages } from './messages';

/** Whose statements there are: found by a number, never by a name. */
export default function AccountsPage() {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const navigate = useNavigate();
  const [number, setNumber] = useState('');
  const accounts = useAccounts(useDeferredValue(number.trim()));
  const rows = useMemo(() => accounts.data?.pages.flatMap((page) => page.accounts) ?? [], [accounts.data]);
  const columns = useColumns();
  return (
    <PageFrame
      title={m.title}
      about={m.about}
      actions={
        <TextField
          label={m.find}
          hideLabel
          type="search"
          placeholder={m.findHint}
          title={m.payerHint}
          value={number}
          onChange={setNumber}
          autoComplete="off"
          spellCheck={false}
        />
      }
    >
      {accounts.isPending && <Loading />}
      {accounts.isError && <Failure error={accounts.error} onAgain={() => void accounts.refetch()} />}
      {accounts.isSuccess && rows.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label={m.list}
          columns={columns}
          rows={rows}
          rowId={(account) => account.account_id}
          onOpen={(account) => navigate(`/accounts/${encodeURIComponent(account.account_id)}`)}
        />
      )}
      {accounts.hasNextPage && (
        <div>
          <Button disabled={accounts.isFetchingNextPage} onClick={() => void accounts.fetchNextPage()}>
            {common.more}
          </Button>
        </div>
      )}
    </PageFrame>
  );
}

function useColumns(): readonly Column<TicketingAccount>[] {
  const m = useMessages(messages);
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: 'account',
        header: m.account,
        cell: (account) => <strong>{account.account_id}</strong>,
        order: (account) => account.account_id,
      },
      { id: 'category', header: m.category, minor: true, cell: (account) => categoryOf(account, m) },
      {
        id: 'owned',
        header: m.owned,
        minor: true,
        cell: (account) => account.profile?.owned_products.map((owned) => owned.product_id).join(', ') || '–',
      },
      {
        id: 'opened',
        header: m.opened,
        minor: true,
        cell: (account) => (account.open_time ? format.day(account.open_time) : '–'),
        order: (account) => account.open_time ?? '',
      },
      {
        id: 'state',
        header: m.state,
        cell: (account) => (
          <Badge tone={account.state === 'ACCOUNT_STATE_OPEN' ? 'good' : 'plain'}>
            {wordFor(m.states, account.state)}
          </Badge>
        ),
        order: (account) => account.state,
      },
    ],
    [m, format],
  );
}

/** Who travels when nothing else is said; categories of the tariff's own are shown as they are called there. */
function categoryOf(account: TicketingAccount, m: { categories: Readonly<Record<string, string>> }): string {
  const category = account.profile?.rider_category || 'adult';
  return m.categories[category] ?? category;
}
