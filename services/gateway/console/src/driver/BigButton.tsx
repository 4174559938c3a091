import type { ComponentProps, ReactNode } from 'react';
import styles from './driver.module.css';

interface Props extends ComponentProps<'button'> {
  kind?: 'main' | 'plain' | 'danger';
  icon?: ReactNode;
  /** Why it does nothing now. It stays reachable, so that the reason is heard. */
  notNow?: string | null;
}

/** A button for a thumb in a vehicle. */
export function BigButton({ kind = 'plain', icon, notNow, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      className={styles.big}
      data-kind={kind}
      aria-disabled={notNow ? true : undefined}
      onClick={notNow ? undefined : onClick}
      {...rest}
    >
      {icon}
      <span>
        {children}
        {notNow && <small>{notNow}</small>}
      </span>
    </button>
  );
}
