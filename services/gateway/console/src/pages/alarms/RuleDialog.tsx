import { useState } from 'react';
import type { WasteAlarmKind, WasteAlarmRule, WasteSubAccount } from '@/api/schema';
import { EditDialog } from '@/app/EditDialog';
import { SelectField, TextField } from '@/components/Field';
import { say } from '@/components/toasts';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './AlarmsPage.module.css';
import { Ladder } from './Ladder';
import { messages } from './messages';
import {
  CALM_MIN,
  draftOf,
  ESCALATE_MIN,
  HORIZON_H,
  KINDS,
  newRule,
  numberOf,
  type RuleDraft,
  ruleOf,
  THRESHOLDS,
  useRemoveRule,
  useSaveRule,
} from './rules';

interface Props {
  /** Null where it is a new one. */
  rule: WasteAlarmRule | null;
  /** Rules there are: at most one per sub-account and kind. */
  taken: readonly WasteAlarmRule[];
  subAccounts: readonly WasteSubAccount[];
  onClose: () => void;
}

/** A rule: of what, from when on, and who is told in which order. */
export function RuleDialog({ rule, taken, subAccounts, onClose }: Props) {
  const m = useMessages(messages);
  const free = (subAccountId: string) =>
    KINDS.filter((kind) => !taken.some((each) => each.sub_account_id === subAccountId && each.kind === kind));
  const withRoom = subAccounts.filter((each) => free(each.sub_account_id).length > 0);
  const [draft, setDraft] = useState<RuleDraft>(() => {
    if (rule) return draftOf(rule);
    const subAccountId = withRoom[0]?.sub_account_id ?? '';
    return newRule(subAccountId, free(subAccountId)[0] ?? 'ALARM_KIND_AMPEL_RED');
  });
  const save = useSaveRule(() => {
    say('good', m.saved);
    onClose();
  });
  const remove = useRemoveRule(() => {
    say('good', m.removed);
    onClose();
  });
  const made = ruleOf(draft);
  const change = (part: Partial<RuleDraft>) => setDraft({ ...draft, ...part });
  const begin = (subAccountId: string, kind: WasteAlarmKind) =>
    setDraft({ ...newRule(subAccountId, kind), ladder: draft.ladder });

  return (
    <EditDialog
      wide
      onClose={onClose}
      title={rule ? m.ruleOf(wordFor(m.kinds, rule.kind)) : m.newRule}
      save={save}
      onSave={made && (() => save.mutate({ draft, rule: made }))}
      removal={
        rule
          ? { label: m.remove, text: m.removeText, write: remove, run: () => remove.mutate(rule) }
          : undefined
      }
    >
      {!rule && (
        <div className={styles.pair}>
          <SelectField
            label={m.kind}
            value={draft.kind}
            options={free(draft.subAccountId).map((value) => ({ value, label: wordFor(m.kinds, value) }))}
            onChange={(kind) => begin(draft.subAccountId, kind)}
          />
          {withRoom.length > 1 && (
            <SelectField
              label={m.subAccount}
              value={draft.subAccountId}
              options={withRoom.map((each) => ({
                value: each.sub_account_id,
                label: each.name || each.sub_account_id,
              }))}
              onChange={(id) =>
                begin(id, free(id).includes(draft.kind as never) ? draft.kind : firstOf(free(id)))
              }
            />
          )}
        </div>
      )}
      <Numbers draft={draft} onChange={change} />
      <Ladder ladder={draft.ladder} onChange={(ladder) => change({ ladder })} />
    </EditDialog>
  );
}

function firstOf(kinds: readonly WasteAlarmKind[]): WasteAlarmKind {
  return kinds[0] ?? 'ALARM_KIND_AMPEL_RED';
}

interface NumbersProps {
  draft: RuleDraft;
  onChange: (part: Partial<RuleDraft>) => void;
}

function Numbers({ draft, onChange }: NumbersProps) {
  const m = useMessages(messages);
  const threshold = THRESHOLDS[draft.kind];
  return (
    <div className={styles.pair}>
      {threshold && (
        <NumberField
          label={draft.kind === 'ALARM_KIND_FIRE' ? m.thresholdDegrees : m.thresholdShare}
          value={draft.threshold}
          bounds={threshold}
          onChange={(value) => onChange({ threshold: value })}
        />
      )}
      {draft.kind === 'ALARM_KIND_OVERFLOW_LIKELY' && (
        <NumberField
          label={m.horizon}
          value={draft.horizonH}
          bounds={HORIZON_H}
          onChange={(horizonH) => onChange({ horizonH })}
        />
      )}
      <NumberField
        label={m.escalate}
        value={draft.escalateMin}
        bounds={ESCALATE_MIN}
        onChange={(escalateMin) => onChange({ escalateMin })}
      />
      <NumberField
        label={m.calm}
        value={draft.calmMin}
        bounds={CALM_MIN}
        onChange={(calmMin) => onChange({ calmMin })}
      />
    </div>
  );
}

interface NumberProps {
  label: string;
  value: string;
  bounds: { low: number; high: number };
  onChange: (value: string) => void;
}

function NumberField({ label, value, bounds, onChange }: NumberProps) {
  const m = useMessages(messages);
  const said = m.bounds(bounds.low, bounds.high);
  return (
    <TextField
      label={label}
      inputMode="decimal"
      value={value}
      onChange={onChange}
      hint={said}
      error={numberOf(value, bounds) === null ? said : null}
    />
  );
}
