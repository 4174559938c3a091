import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';
import { classes } from './classes';

interface Props extends ComponentProps<'button'> {
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  /** Shown behind the label: what to press instead. */
  keys?: string;
  icon?: ReactNode;
}

export function Button({ kind = 'plain', keys, icon, className, children, ...rest }: Props) {
  return (
    <button type="button" className={classes(styles.button, styles[kind], className)} {...rest}>
      {icon}
      {children}
      {keys && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}

interface IconProps extends ComponentProps<'button'> {
  /** What it does, for those who do not see the icon. */
  label: string;
}

export function IconButton({ label, className, children, ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes(styles.button, styles.quiet, styles.square, className)}
      {...rest}
    >
      {children}
    </button>
  );
}
