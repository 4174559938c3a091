import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, newKey, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { Problem, problemOf } from '@/api/problem';
import type {
  WasteExportContent,
  WasteExportFormat,
  WasteExportSchedule,
  WasteExportScheduleInput,
} from '@/api/schema';
import { addDays, instantOf, type LocalDate } from '@/i18n/local_time';
import { OWN_PAGE_HEADER } from '@/session/calls';

export const CONTENTS = [
  'EXPORT_CONTENT_CONTAINERS',
  'EXPORT_CONTENT_LEVELS',
  'EXPORT_CONTENT_LIFTS',
  'EXPORT_CONTENT_READINGS',
  'EXPORT_CONTENT_ALARMS',
] as const satisfies readonly WasteExportContent[];

const TABLES = ['EXPORT_FORMAT_CSV', 'EXPORT_FORMAT_PARQUET'] as const satisfies readonly WasteExportFormat[];
const OF_CONTAINERS = [...TABLES, 'EXPORT_FORMAT_GEOJSON'] as const satisfies readonly WasteExportFormat[];

/** A year of all readings takes a while; the gateway itself gives up after five minutes. */
const TIMEOUT_MS = 310_000;
const KEPT_URL_MS = 60_000;

/** What a content can be written as: only containers stand at places. */
export function formatsOf(content: WasteExportContent): readonly WasteExportFormat[] {
  return content === 'EXPORT_CONTENT_CONTAINERS' ? OF_CONTAINERS : TABLES;
}

export interface Wanted {
  sub_account_id: string;
  content: WasteExportContent;
  format: WasteExportFormat;
  /** First and last day, both included; nothing of containers, which are told as they are now. */
  days: { first: LocalDate; last: LocalDate } | null;
}

/** The address under which a file is written and sent. */
export function addressOf(wanted: Wanted, timeZone: string): string {
  const query = new URLSearchParams({
    sub_account_id: wanted.sub_account_id,
    content: wanted.content,
    format: wanted.format,
  });
  if (wanted.days) {
    const midnight = (date: LocalDate) => instantOf({ ...date, hour: 0, minute: 0 }, timeZone).toISOString();
    query.set('start_time', midnight(wanted.days.first));
    query.set('end_time', midnight(addDays(wanted.days.last, 1)));
  }
  return `/v1/exports/download?${query}`;
}

/** The file's name as the answer tells it. */
export function fileNameOf(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? 'export';
}

/** Has a file written and keeps it on this machine; tells its name. */
export function useDownload(done: (fileName: string) => void) {
  return useMutation({
    mutationFn: async (address: string) => {
      let answer: Response;
      try {
        answer = await fetch(address, { headers: OWN_PAGE_HEADER, signal: AbortSignal.timeout(TIMEOUT_MS) });
      } catch {
        throw new Problem(0, {});
      }
      if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => null));
      const name = fileNameOf(answer.headers.get('Content-Disposition'));
      const url = URL.createObjectURL(await answer.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), KEPT_URL_MS);
      return name;
    },
    onSuccess: done,
  });
}

export function useSchedules() {
  return useQuery({
    queryKey: ['export-schedules'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/export-schedules', {
              params: { query: { page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.schedules,
      ),
  });
}

export function useSaveSchedule(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, schedule }: { id: string; schedule: WasteExportScheduleInput }) =>
      told(
        await client.PUT('/v1/export-schedules/{schedule_id}', {
          params: { path: { schedule_id: id }, header: { 'Idempotency-Key': newKey() } },
          body: { schedule },
        }),
      ),
    onSuccess: done,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['export-schedules'] }),
  });
}

export function useRemoveSchedule(done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ schedule_id }: WasteExportSchedule) =>
      told(
        await client.DELETE('/v1/export-schedules/{schedule_id}', {
          params: { path: { schedule_id }, header: { 'Idempotency-Key': newKey() } },
        }),
      ),
    onSuccess: done,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['export-schedules'] }),
  });
}
