import { useRouteError } from 'react-router';
import { Button } from '@/components/Button';
import { Empty } from '@/components/PageFrame';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';

/** Stands where a page threw; the menu around it goes on. */
export function BrokenPage() {
  const m = useMessages(messages);
  const error = useRouteError();
  return (
    <Empty title={m.broken}>
      <p>{m.brokenHint}</p>
      <p>
        <code>{error instanceof Error ? error.message : String(error)}</code>
      </p>
      <Button kind="main" onClick={() => location.reload()}>
        {m.reload}
      </Button>
    </Empty>
  );
}

export function NotFound() {
  const m = useMessages(messages);
  return (
    <Empty title={m.notFound}>
      <p>{m.notFoundHint}</p>
    </Empty>
  );
}

export function NotOffered() {
  const m = useMessages(messages);
  return (
    <Empty title={m.notOffered}>
      <p>{m.notOfferedHint}</p>
    </Empty>
  );
}

export function NotYours() {
  const m = useMessages(messages);
  return (
    <Empty title={m.notYours}>
      <p>{m.notYoursHint}</p>
    </Empty>
  );
}
