import { CircleQuestionMark } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useMessages } from '@/i18n/language';
import { Button } from './Button';
import { Modal } from './Modal';
import { messages } from './messages';

interface Props {
  /** The question it answers. */
  title: string;
  children: ReactNode;
  /** Shown on the button, where a key opens it too. */
  keys?: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** Beside every decision that was made by the services: opens its reasons. */
export function Why({ title, children, keys, open, onOpenChange }: Props) {
  const m = useMessages(messages);
  const [own, setOwn] = useState(false);
  const shown = open ?? own;
  const show = onOpenChange ?? setOwn;
  return (
    <>
      <Button
        kind="quiet"
        icon={<CircleQuestionMark aria-hidden="true" />}
        {...(keys ? { keys } : {})}
        aria-haspopup="dialog"
        onClick={() => show(true)}
      >
        {m.why}
      </Button>
      <Modal open={shown} onClose={() => show(false)} title={title}>
        {children}
      </Modal>
    </>
  );
}
