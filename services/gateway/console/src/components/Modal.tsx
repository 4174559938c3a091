import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { useMessages } from '@/i18n/language';
import styles from './Modal.module.css';
import { messages } from './messages';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  /** Beside the way out, last what is done by Enter. */
  actions?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}

/** A dialog: focus stays inside, Escape leaves it, and goes back to where it came from. */
export function Modal({ open, onClose, title, description, actions, wide, children }: Props) {
  const m = useMessages(messages);
  const body = useRef<HTMLDivElement>(null);
  // Where there is something to fill in, that is what the dialog is opened for.
  const begin = () => body.current?.querySelector<HTMLElement>('input, select, textarea') ?? true;
  return (
    <Dialog.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup initialFocus={begin} className={styles.popup} data-wide={wide || undefined}>
          <header className={styles.header}>
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className={styles.close} aria-label={m.close}>
              <X aria-hidden="true" />
            </Dialog.Close>
          </header>
          {description && (
            <Dialog.Description className={styles.description}>{description}</Dialog.Description>
          )}
          <div className={styles.body} ref={body}>
            {children}
          </div>
          {actions && <footer className={styles.actions}>{actions}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
