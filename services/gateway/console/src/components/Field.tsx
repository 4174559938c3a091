import { Field as Base } from '@base-ui/react/field';
import type { ComponentProps, ReactNode, Ref } from 'react';
import { classes } from './classes';
import styles from './Field.module.css';

interface FieldProps {
  label: string;
  hideLabel?: boolean | undefined;
  /** Below the control: what is understood, or what is expected. */
  hint?: ReactNode;
  error?: string | null | undefined;
  className?: string | undefined;
  children: ReactNode;
}

/** A control with its label, hint and error, tied together for screen readers. */
export function Field({ label, hideLabel, hint, error, className, children }: FieldProps) {
  return (
    <Base.Root className={classes(styles.field, className)} invalid={Boolean(error)}>
      <Base.Label className={hideLabel ? 'only-read-aloud' : styles.label}>{label}</Base.Label>
      {children}
      {error ? (
        <Base.Error match className={styles.error}>
          {error}
        </Base.Error>
      ) : (
        hint && <Base.Description className={styles.hint}>{hint}</Base.Description>
      )}
    </Base.Root>
  );
}

interface TextProps
  extends Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'defaultValue' | 'style' | 'className'> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | null | undefined;
  inputRef?: Ref<HTMLInputElement>;
  hideLabel?: boolean;
}

export function TextField({ label, hideLabel, value, onChange, hint, error, inputRef, ...rest }: TextProps) {
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error}>
      <Base.Control
        {...rest}
        ref={inputRef as Ref<HTMLElement>}
        value={value}
        onValueChange={(next) => onChange(String(next))}
        className={styles.input}
      />
    </Field>
  );
}

interface NumberProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
  hint?: ReactNode;
}

/** A small count; arrow keys change it. */
export function CountField({ label, value, min, max, onChange, hint }: NumberProps) {
  return (
    <Field label={label} hint={hint}>
      <Base.Control
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        value={value}
        onFocus={(event) => (event.target as HTMLInputElement).select()}
        onValueChange={(next) => {
          const count = Math.trunc(Number(next));
          if (Number.isFinite(count)) onChange(Math.min(max, Math.max(min, count)));
        }}
        className={classes(styles.input, styles.count)}
      />
    </Field>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  hint?: ReactNode;
  hideLabel?: boolean;
}

/** One of a few: the browser's own list, which every screen reader and phone knows. */
export function SelectField<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, hint, hideLabel } = props;
  return (
    <Base.Root className={styles.field}>
      <Base.Label className={hideLabel ? 'only-read-aloud' : styles.label}>{label}</Base.Label>
      <Base.Control
        render={
          <select>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        }
        value={value}
        onChange={(event) => onChange((event.target as unknown as HTMLSelectElement).value as Value)}
        className={styles.input}
      />
      {hint && <Base.Description className={styles.hint}>{hint}</Base.Description>}
    </Base.Root>
  );
}

export { styles as fieldStyles };
