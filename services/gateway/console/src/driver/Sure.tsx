import { type ReactNode, useEffect, useId, useRef } from 'react';
import { BigButton } from './BigButton';
import styles from './driver.module.css';
import { useWords } from './use_driver';

interface Props {
  title: string;
  yes: string;
  danger?: boolean;
  onYes: () => void;
  onBack: () => void;
  children: ReactNode;
}

/** Asks before something that cannot be taken back; Escape is no. */
export function Sure({ title, yes, danger, onYes, onBack, children }: Props) {
  const m = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={styles.sure} aria-labelledby={name} onClose={onBack}>
      <h2 id={name}>{title}</h2>
      {children}
      <div className={styles.choices}>
        <BigButton kind={danger ? 'danger' : 'main'} onClick={onYes}>
          {yes}
        </BigButton>
        <BigButton onClick={onBack}>{m.back}</BigButton>
      </div>
    </dialog>
  );
}
