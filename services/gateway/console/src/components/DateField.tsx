import { CalendarDays } from 'lucide-react';
import { LOCALES, useLanguage } from '@/i18n/language';
import styles from './DayPicker.module.css';
import { Field } from './Field';

interface InputProps {
  /** YYYY-MM-DD, or empty. */
  value: string;
  onChange: (date: string) => void;
  /** What the input is called. */
  name: string;
}

/** A day. The browser's own field writes dates as its own language does, not as the console's: it is covered. */
export function DateInput({ value, onChange, name }: InputProps) {
  const { language } = useLanguage();
  const [year = 0, month = 1, day = 1] = value.split('-').map(Number);
  const written = value
    ? new Intl.DateTimeFormat(LOCALES[language], {
        timeZone: 'UTC',
        weekday: 'short',
        day: '2-digit',
        month: '2-digit',
        year: 'numeric',
      }).format(Date.UTC(year, month - 1, day))
    : '–';
  return (
    <div className={styles.day}>
      <span aria-hidden="true">
        <CalendarDays />
        {written}
      </span>
      <input
        type="date"
        aria-label={name}
        value={value}
        onClick={(event) => event.currentTarget.showPicker()}
        onChange={(event) => event.target.value && onChange(event.target.value)}
      />
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (date: string) => void;
  error?: string | null;
}

/** A day with its label beside it. */
export function DateField({ label, value, onChange, error }: FieldProps) {
  return (
    <Field label={label} error={error}>
      <DateInput name={label} value={value} onChange={onChange} />
    </Field>
  );
}
