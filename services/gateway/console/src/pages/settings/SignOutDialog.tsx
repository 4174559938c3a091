import { useMutation } from '@tanstack/react-query';
import { client, told } from '@/api/client';
import { Problem } from '@/api/problem';
import type { BrowserSession } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';

interface Props {
  session: BrowserSession;
  onClose: () => void;
  onEnded: () => void;
}

async function signOutHere(sessionId: string): Promise<void> {
  try {
    told(await client.DELETE('/v1/sessions/{session_id}', { params: { path: { session_id: sessionId } } }));
  } catch (error) {
    // It has ended meanwhile: that is what was wanted.
    if (!(error instanceof Problem && error.reason === 'SESSION_NOT_FOUND')) throw error;
  }
}

/** Signs out one device, or somebody everywhere. */
export function SignOutDialog({ session, onClose, onEnded }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const done = (sentence: string) => {
    say('good', sentence);
    onEnded();
    onClose();
  };
  const one = useMutation({
    mutationFn: () => signOutHere(session.session_id),
    onSuccess: () => done(m.signedOut),
  });
  const all = useMutation({
    mutationFn: async () =>
      told(await client.DELETE('/v1/sessions', { params: { query: { subject: session.subject } } })),
    onSuccess: ({ ended_count, link_count }) => done(m.signedOutEverywhere(ended_count, link_count)),
  });
  const busy = one.isPending || all.isPending;
  const error = one.error ?? all.error;
  return (
    <Modal
      open
      onClose={onClose}
      title={m.signOutOf(session.subject || m.notKnownYet)}
      description={m.signOutAbout(m.deviceOf(session.device, session.browser, session.system))}
      actions={
        <>
          <Button onClick={onClose}>{common.back}</Button>
          {session.subject && (
            <Button kind="danger" disabled={busy} onClick={() => all.mutate()}>
              {m.everywhere}
            </Button>
          )}
          <Button kind="danger" disabled={busy} onClick={() => one.mutate()}>
            {m.onlyThis}
          </Button>
        </>
      }
    >
      {error && <Failure error={error} />}
    </Modal>
  );
}
