import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import styles from './toasts.module.css';

const manager = Toast.createToastManager();

type Kind = 'good' | 'bad' | 'plain';

/** Says in passing that something was done or went wrong; what went wrong stays until it is closed. */
export function say(kind: Kind, title: string, description?: string): void {
  manager.add({
    title,
    ...(description ? { description } : {}),
    type: kind,
    priority: kind === 'bad' ? 'high' : 'low',
    timeout: kind === 'bad' ? 0 : 6000,
  });
}

/** Where they appear; once, in the shell. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const m = useMessages(messages);
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} data-kind={toast.type}>
      <Toast.Content className={styles.content}>
        <div>
          <Toast.Title className={styles.title} />
          <Toast.Description className={styles.description} />
        </div>
        <Toast.Close className={styles.close} aria-label={m.close}>
          <X aria-hidden="true" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
