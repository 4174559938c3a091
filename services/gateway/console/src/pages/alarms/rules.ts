import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type {
  WasteAlarmContact,
  WasteAlarmContactInput,
  WasteAlarmKind,
  WasteAlarmLanguage,
  WasteAlarmRule,
  WasteAlarmRuleInput,
} from '@/api/schema';
import { secondsOf } from '@/i18n/duration';

export const KINDS = [
  'ALARM_KIND_AMPEL_RED',
  'ALARM_KIND_AMPEL_YELLOW',
  'ALARM_KIND_OVERFLOW_LIKELY',
  'ALARM_KIND_LEVEL_CRITICAL',
  'ALARM_KIND_FIRE',
  'ALARM_KIND_TILTED',
  'ALARM_KIND_SENSOR_SILENT',
  'ALARM_KIND_SENSOR_STUCK',
  'ALARM_KIND_BATTERY_LOW',
] as const satisfies readonly WasteAlarmKind[];

interface Threshold {
  usual: number;
  low: number;
  high: number;
}

/** Kinds that are judged by a number, as people write it: per cent, or degrees Celsius of a fire. */
export const THRESHOLDS: Partial<Record<WasteAlarmKind, Threshold>> = {
  ALARM_KIND_OVERFLOW_LIKELY: { usual: 50, low: 1, high: 99 },
  ALARM_KIND_LEVEL_CRITICAL: { usual: 85, low: 5, high: 100 },
  ALARM_KIND_FIRE: { usual: 70, low: 40, high: 200 },
  ALARM_KIND_BATTERY_LOW: { usual: 20, low: 1, high: 90 },
};
export const HORIZON_H = { usual: 24, low: 1, high: 28 * 24 };
export const ESCALATE_MIN = { usual: 30, low: 1, high: 7 * 24 * 60 };
export const CALM_MIN = { usual: 15, low: 0, high: 7 * 24 * 60 };
export const MOST_CONTACTS = 8;
export const SHORTEST_SECRET = 16;

/** A contact as it stands in the form. */
export interface ContactDraft {
  /** Its name for the service, which a webhook keeps its secret under. */
  id: string;
  channel: 'email' | 'webhook';
  address: string;
  secret: string;
  /** Whether the service knows a secret already. */
  hasSecret: boolean;
  language: WasteAlarmLanguage;
}

/** A rule as it stands in the form: numbers are what was typed. */
export interface RuleDraft {
  subAccountId: string;
  kind: WasteAlarmKind;
  threshold: string;
  horizonH: string;
  escalateMin: string;
  calmMin: string;
  ladder: readonly ContactDraft[];
}

/** What a number in a field means; null where it is none, or out of its bounds. */
export function numberOf(text: string, bounds: { low: number; high: number }): number | null {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return null;
  return value >= bounds.low && value <= bounds.high ? value : null;
}

export function newRule(subAccountId: string, kind: WasteAlarmKind): RuleDraft {
  return {
    subAccountId,
    kind,
    threshold: String(THRESHOLDS[kind]?.usual ?? ''),
    horizonH: String(HORIZON_H.usual),
    escalateMin: String(ESCALATE_MIN.usual),
    calmMin: String(CALM_MIN.usual),
    ladder: [],
  };
}

export function draftOf(rule: WasteAlarmRule): RuleDraft {
  const first = newRule(rule.sub_account_id, rule.kind);
  const isFire = rule.kind === 'ALARM_KIND_FIRE';
  const { threshold } = rule;
  return {
    ...first,
    ...(threshold === undefined
      ? {}
      : { threshold: String(isFire ? threshold : Math.round(threshold * 1000) / 10) }),
    ...(rule.horizon ? { horizonH: String(secondsOf(rule.horizon) / 3600) } : {}),
    ...(rule.escalate_after ? { escalateMin: String(secondsOf(rule.escalate_after) / 60) } : {}),
    ...(rule.calm ? { calmMin: String(secondsOf(rule.calm) / 60) } : {}),
    ladder: rule.ladder.map(contactDraftOf),
  };
}

function contactDraftOf(contact: WasteAlarmContact): ContactDraft {
  return {
    id: contact.contact_id,
    channel: contact.webhook ? 'webhook' : 'email',
    address: contact.webhook?.url ?? contact.email_address ?? '',
    secret: '',
    hasSecret: contact.webhook !== undefined,
    language:
      contact.language === 'ALARM_LANGUAGE_ENGLISH' ? 'ALARM_LANGUAGE_ENGLISH' : 'ALARM_LANGUAGE_GERMAN',
  };
}

/** A new contact at the end of a ladder, with a name that none of it has. */
export function newContact(ladder: readonly ContactDraft[]): ContactDraft {
  const names = new Set(ladder.map((contact) => contact.id));
  let number = ladder.length + 1;
  while (names.has(`contact-${number}`)) number += 1;
  return {
    id: `contact-${number}`,
    channel: 'email',
    address: '',
    secret: '',
    hasSecret: false,
    language: 'ALARM_LANGUAGE_GERMAN',
  };
}

export function isComplete(contact: ContactDraft): boolean {
  if (contact.address.trim() === '') return false;
  if (contact.channel === 'email') return contact.address.includes('@');
  return contact.secret === '' ? contact.hasSecret : contact.secret.length >= SHORTEST_SECRET;
}

/** The rule as the service takes it; null as long as something is missing or wrong. */
export function ruleOf(draft: RuleDraft): WasteAlarmRuleInput | null {
  const bounds = THRESHOLDS[draft.kind];
  const threshold = bounds ? numberOf(draft.threshold, bounds) : undefined;
  const horizon =
    draft.kind === 'ALARM_KIND_OVERFLOW_LIKELY' ? numberOf(draft.horizonH, HORIZON_H) : undefined;
  const escalate = numberOf(draft.escalateMin, ESCALATE_MIN);
  const calm = numberOf(draft.calmMin, CALM_MIN);
  if (threshold === null || horizon === null || escalate === null || calm === null) return null;
  if (!draft.ladder.every(isComplete)) return null;
  return {
    ...(threshold === undefined
      ? {}
      : { threshold: draft.kind === 'ALARM_KIND_FIRE' ? threshold : threshold / 100 }),
    ...(horizon === undefined ? {} : { horizon: `${Math.round(horizon * 3600)}s` }),
    escalate_after: `${Math.round(escalate * 60)}s`,
    calm: `${Math.round(calm * 60)}s`,
    ladder: draft.ladder.map(contactOf),
  };
}

function contactOf(draft: ContactDraft): WasteAlarmContactInput {
  const { id: contact_id, language } = draft;
  const address = draft.address.trim();
  if (draft.channel === 'email') return { contact_id, language, email_address: address };
  return { contact_id, language, webhook: { url: address, secret: draft.secret } };
}

/** The ladder with one contact a step earlier or later. */
export function swapped<Item>(items: readonly Item[], index: number, by: -1 | 1): readonly Item[] {
  const [one, other] = [items[index], items[index + by]];
  if (one === undefined || other === undefined) return items;
  const next = [...items];
  next[index] = other;
  next[index + by] = one;
  return next;
}

/** What the caller's sub-accounts have set. */
export function useRules() {
  return useQuery({
    queryKey: ['alarm-rules'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/alarm-rules', { params: { query: { page_size: PAGE_SIZE, page_token } } }),
          ),
        (page) => page.rules,
      ),
  });
}

export function useSaveRule(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, rule }: { draft: RuleDraft; rule: WasteAlarmRuleInput }) =>
      told(
        await client.PUT('/v1/sub-accounts/{sub_account_id}/alarm-rules/{kind}', {
          params: {
            path: { sub_account_id: draft.subAccountId, kind: draft.kind },
            header: { 'Idempotency-Key': newKey() },
          },
          body: { rule },
        }),
      ),
    onSuccess: done,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['alarm-rules'] }),
  });
}

export function useRemoveRule(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ sub_account_id, kind }: WasteAlarmRule) =>
      told(
        await client.DELETE('/v1/sub-accounts/{sub_account_id}/alarm-rules/{kind}', {
          params: { path: { sub_account_id, kind }, header: { 'Idempotency-Key': newKey() } },
        }),
      ),
    onSuccess: done,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['alarm-rules'] });
      void queries.invalidateQueries({ queryKey: ['alarms'] });
    },
  });
}
