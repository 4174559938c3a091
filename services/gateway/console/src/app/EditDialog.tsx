import { type ReactNode, useState } from 'react';
import { Button } from '@/components/Button';
import { Modal } from '@/components/Modal';
import { messages } from '@/components/messages';
import { useMessages } from '@/i18n/language';
import { Failure } from './Failure';

/** What becomes of a write, as a mutation tells it. */
interface Write {
  isPending: boolean;
  isError: boolean;
  error: unknown;
}

interface Props {
  title: string;
  wide?: boolean;
  onClose: () => void;
  save: Write;
  /** Null where something is missing or wrong. */
  onSave: (() => void) | null;
  /** Not given where there is nothing to remove yet. */
  removal?: { label: string; text: string; write: Write; run: () => void } | undefined;
  children: ReactNode;
}

/** A dialog in which something is made, changed, or removed: the latter is asked about once more. */
export function EditDialog({ title, wide = false, onClose, save, onSave, removal, children }: Props) {
  const m = useMessages(messages);
  const [removing, setRemoving] = useState(false);
  if (removing && removal) {
    return (
      <Modal
        open
        onClose={onClose}
        title={removal.label}
        description={removal.text}
        actions={
          <>
            <Button onClick={() => setRemoving(false)}>{m.back}</Button>
            <Button kind="danger" disabled={removal.write.isPending} onClick={removal.run}>
              {removal.label}
            </Button>
          </>
        }
      >
        {removal.write.isError && <Failure error={removal.write.error} />}
      </Modal>
    );
  }
  return (
    <Modal
      open
      wide={wide}
      onClose={onClose}
      title={title}
      actions={
        <>
          {removal && (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              {removal.label}
            </Button>
          )}
          <Button onClick={onClose}>{m.cancel}</Button>
          <Button
            kind="main"
            disabled={!onSave || save.isPending}
            onClick={() => {
              if (!save.isPending) onSave?.();
            }}
          >
            {save.isPending ? m.saving : m.save}
          </Button>
        </>
      }
    >
      {children}
      {save.isError && <Failure error={save.error} />}
    </Modal>
  );
}
