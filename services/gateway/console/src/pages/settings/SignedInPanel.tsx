import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import type { BrowserSession } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { DataTable } from '@/components/DataTable';
import { Panel } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages } from './messages';
import styles from './SettingsPage.module.css';
import { SignOutDialog } from './SignOutDialog';

const KEY = ['sessions'] as const;
/** A phone that is shut out, or has just come, should show while somebody looks. */
const EVERY_MS = 15_000;
const KINDS = { people: ['token', 'code'], guests: ['guest'] } as const;
type Who = keyof typeof KINDS;

function useSessions(who: Who) {
  return useQuery({
    queryKey: [...KEY, who],
    refetchInterval: EVERY_MS,
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(
            await client.GET('/v1/sessions', {
              params: { query: { kind: [...KINDS[who]], page_size: PAGE_SIZE, page_token } },
            }),
          ),
        (page) => page.sessions,
      ),
  });
}

/** Who is signed in, and the way to shut out a device that was lost. */
export function SignedInPanel() {
  const m = useMessages(messages);
  const format = useFormat();
  const queries = useQueryClient();
  const [who, setWho] = useState<Who>('people');
  const [leaving, setLeaving] = useState<BrowserSession | null>(null);
  const sessions = useSessions(who);
  const rows = sessions.data ?? [];
  const moment = (instant: string | undefined) => (instant ? format.dayAndTime(instant) : '–');
  return (
    <Panel title={m.signedIn}>
      <p className={styles.soft}>{m.signedInAbout}</p>
      <div>
        <Choice
          label={m.signedIn}
          value={who}
          options={[
            { value: 'people', label: m.people },
            { value: 'guests', label: m.guests },
          ]}
          onChange={setWho}
        />
      </div>
      {sessions.isPending && <Loading />}
      {sessions.isError && <Failure error={sessions.error} onAgain={() => void sessions.refetch()} />}
      {sessions.data && rows.length === 0 && <p>{m.nobody}</p>}
      {rows.length > 0 && (
        <DataTable
          label={m.signedIn}
          rows={rows}
          rowId={(row) => row.session_id}
          first={{ id: 'seen', descending: true }}
          columns={[
            {
              id: 'who',
              header: m.who,
              order: (row) => row.subject,
              cell: (row) => (
                <>
                  {row.subject || m.notKnownYet} {row.is_own && <Badge tone="good">{m.thisOne}</Badge>}
                </>
              ),
            },
            {
              id: 'roles',
              header: m.roles,
              minor: true,
              cell: (row) => row.roles.map((role) => wordFor(m.roleNames, role)).join(', '),
            },
            {
              id: 'device',
              header: m.device,
              cell: (row) => m.deviceOf(row.device, row.browser, row.system),
            },
            {
              id: 'since',
              header: m.since,
              minor: true,
              order: (row) => row.begin_time ?? '',
              cell: (row) => moment(row.begin_time),
            },
            {
              id: 'seen',
              header: m.seen,
              order: (row) => row.seen_time ?? '',
              cell: (row) => moment(row.seen_time),
            },
            {
              id: 'end',
              header: m.signOut,
              cell: (row) => (
                <Button
                  aria-label={m.signOutOf(row.subject || m.notKnownYet)}
                  onClick={() => setLeaving(row)}
                >
                  {m.signOut}
                </Button>
              ),
            },
          ]}
        />
      )}
      {leaving && (
        <SignOutDialog
          session={leaving}
          onClose={() => setLeaving(null)}
          onEnded={() => void queries.invalidateQueries({ queryKey: KEY })}
        />
      )}
    </Panel>
  );
}
