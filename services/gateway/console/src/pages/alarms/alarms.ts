import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { WasteAlarm, WasteAlarmState } from '@/api/schema';
import type { Tone } from '@/components/Badge';
import type { Format } from '@/i18n/format';
import { useLiveQuery } from '@/live/live';

export const ALARM_EVENTS = ['AlarmRaised', 'AlarmAcknowledged', 'AlarmEscalated', 'AlarmEnded'] as const;

export const LIVE_STATES = [
  'ALARM_STATE_OPEN',
  'ALARM_STATE_ESCALATED',
  'ALARM_STATE_ACKNOWLEDGED',
] as const satisfies readonly WasteAlarmState[];

/** Which alarms a list shows. */
export const SHOWN = {
  live: LIVE_STATES,
  open: ['ALARM_STATE_OPEN', 'ALARM_STATE_ESCALATED'],
  ended: ['ALARM_STATE_ENDED'],
} as const satisfies Record<string, readonly WasteAlarmState[]>;
export type Shown = keyof typeof SHOWN;

export const STATE_TONES: Record<string, Tone> = {
  ALARM_STATE_OPEN: 'bad',
  ALARM_STATE_ESCALATED: 'bad',
  ALARM_STATE_ACKNOWLEDGED: 'warn',
};

/** Many containers may raise an alarm in a row. */
const ALARM_PAUSE_MS = 1_000;
const NOW_AND_THEN_MS = 60_000;

/** Alarms in one of these states, the newest first; of one container, or of all the caller has. */
export function useAlarms(states: readonly WasteAlarmState[], containerId = '') {
  useLiveQuery(ALARM_EVENTS, ['alarms'], ALARM_PAUSE_MS);
  return useQuery({
    queryKey: ['alarms', containerId, ...states],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/alarms', {
              params: {
                query: { container_id: containerId, states: [...states], page_size: PAGE_SIZE, page_token },
              },
            }),
          ),
        (page) => page.alarms,
      ),
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** More are not counted one by one. */
export const MOST_COUNTED = 99;

/** How many alarms wait for somebody, up to one more than are counted. */
export function useOpenCount(): number {
  useLiveQuery(ALARM_EVENTS, ['alarms'], ALARM_PAUSE_MS);
  const found = useQuery({
    queryKey: ['alarms', 'open count'],
    queryFn: async () =>
      told(
        await client.GET('/v1/alarms', {
          params: { query: { states: [...SHOWN.open], page_size: MOST_COUNTED + 1 } },
        }),
      ).alarms.length,
    refetchInterval: NOW_AND_THEN_MS,
  });
  return found.data ?? 0;
}

export function isOpen(alarm: WasteAlarm): boolean {
  return alarm.state === 'ALARM_STATE_OPEN' || alarm.state === 'ALARM_STATE_ESCALATED';
}

export function useAcknowledge(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ alarmId, note, key }: { alarmId: string; note: string; key: string }) =>
      told(
        await client.POST('/v1/alarms/{alarm_id}/acknowledge', {
          params: { path: { alarm_id: alarmId }, header: { 'Idempotency-Key': key } },
          body: { note },
        }),
      ),
    onSuccess: done,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['alarms'] }),
  });
}

interface ReasonWords {
  level: (share: string) => string;
  criticalFrom: (share: string) => string;
  overflow: (share: string, by: string) => string;
  temperature: (degrees: string) => string;
  battery: (share: string) => string;
  threshold: (value: string) => string;
}

/** What an alarm rests on, in the words of a language; empty where nothing more is known than its kind. */
export function reasonOf(
  alarm: Pick<WasteAlarm, 'kind' | 'figures' | 'instants'>,
  m: ReasonWords,
  format: Pick<Format, 'percent' | 'number' | 'dayAndTime'>,
): string {
  const { figures, instants } = alarm;
  const said: string[] = [];
  const share = (name: string, word: (share: string) => string) => {
    const value = figures[name];
    if (value !== undefined) said.push(word(format.percent(value)));
  };
  share('level_share', m.level);
  share('critical_share', m.criticalFrom);
  const [likely, by] = [figures.overflow_probability, instants.by];
  if (likely !== undefined && by) said.push(m.overflow(format.percent(likely), format.dayAndTime(by)));
  share('battery_share', m.battery);
  const isFire = alarm.kind === 'ALARM_KIND_FIRE';
  const { temperature_c, threshold } = figures;
  if (temperature_c !== undefined) said.push(m.temperature(format.number(temperature_c)));
  if (threshold !== undefined) {
    said.push(m.threshold(isFire ? m.temperature(format.number(threshold)) : format.percent(threshold)));
  }
  return said.join(', ');
}
