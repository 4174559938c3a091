import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { WasteAlarmRule } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { Panel } from '@/components/PageFrame';
import { useSubAccounts } from '@/depot/sub_accounts';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './AlarmsPage.module.css';
import { messages } from './messages';
import { RuleDialog } from './RuleDialog';
import { draftOf, KINDS, useRules } from './rules';

type Opened = { rule: WasteAlarmRule | null } | null;

/** What people want to be told of, and who they are. */
export function Rules() {
  const m = useMessages(messages);
  const format = useFormat();
  const rules = useRules();
  const subAccounts = useSubAccounts().data ?? [];
  const [opened, setOpened] = useState<Opened>(null);
  const several = subAccounts.length > 1;
  const isFull = rules.data !== undefined && rules.data.length >= subAccounts.length * KINDS.length;
  const nameOf = (id: string) => subAccounts.find((each) => each.sub_account_id === id)?.name || id;

  function when(rule: WasteAlarmRule): string {
    // With what holds where nothing is set.
    const { kind, threshold, horizonH } = draftOf(rule);
    const share = format.percent(Number(threshold) / 100);
    if (kind === 'ALARM_KIND_FIRE') return m.at(m.temperature(format.number(Number(threshold))));
    if (kind === 'ALARM_KIND_BATTERY_LOW') return m.below(share);
    if (kind === 'ALARM_KIND_LEVEL_CRITICAL') return m.at(share);
    if (kind === 'ALARM_KIND_OVERFLOW_LIKELY') return `${m.at(share)} ${m.within(Number(horizonH))}`;
    return m.always;
  }

  const columns: readonly Column<WasteAlarmRule>[] = [
    {
      id: 'kind',
      header: m.kind,
      cell: (rule) => <strong>{wordFor(m.kinds, rule.kind)}</strong>,
      order: (rule) => wordFor(m.kinds, rule.kind),
    },
    ...(several
      ? [
          {
            id: 'sub-account',
            header: m.subAccount,
            minor: true,
            cell: (rule: WasteAlarmRule) => nameOf(rule.sub_account_id),
            order: (rule: WasteAlarmRule) => nameOf(rule.sub_account_id),
          },
        ]
      : []),
    { id: 'when', header: m.when, minor: true, cell: when },
    {
      id: 'who',
      header: m.who,
      cell: (rule) =>
        rule.ladder.length === 0 ? (
          m.onlyList
        ) : (
          <ol className={styles.ladder}>
            {rule.ladder.map((contact) => (
              <li key={contact.contact_id}>{contact.email_address ?? contact.webhook?.url}</li>
            ))}
          </ol>
        ),
    },
    {
      id: 'edit',
      header: m.edit,
      cell: (rule) => (
        <Button aria-label={m.editOf(wordFor(m.kinds, rule.kind))} onClick={() => setOpened({ rule })}>
          {m.edit}
        </Button>
      ),
    },
  ];

  return (
    <Panel title={m.rules}>
      <div className={styles.heading}>
        <p>{rules.data?.length === 0 ? m.rulesNone : m.rulesHint}</p>
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={!rules.data || subAccounts.length === 0 || isFull}
          onClick={() => setOpened({ rule: null })}
        >
          {m.newRule}
        </Button>
      </div>
      {rules.isPending && <Loading />}
      {rules.isError && <Failure error={rules.error} onAgain={() => void rules.refetch()} />}
      {rules.data && rules.data.length > 0 && (
        <DataTable
          label={m.rules}
          columns={columns}
          rows={rules.data}
          rowId={(rule) => `${rule.sub_account_id}/${rule.kind}`}
          first={{ id: 'kind' }}
        />
      )}
      {opened && (
        <RuleDialog
          rule={opened.rule}
          taken={rules.data ?? []}
          subAccounts={subAccounts}
          onClose={() => setOpened(null)}
        />
      )}
    </Panel>
  );
}
