import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTimeZone } from '@/district/district';
import { useMessages } from '@/i18n/language';
import { addDays, isoDate, serviceDate } from '@/i18n/local_time';
import { Button, IconButton } from './Button';
import { DateInput } from './DateField';
import styles from './DayPicker.module.css';
import { messages } from './messages';

interface Props {
  /** YYYY-MM-DD. */
  value: string;
  onChange: (date: string) => void;
}

/** One service day; the one before and after are one press away. */
export function DayPicker({ value, onChange }: Props) {
  const m = useMessages(messages);
  const today = serviceDate(new Date(), useTimeZone());
  const [year = 0, month = 1, day = 1] = value.split('-').map(Number);
  const move = (days: number) => onChange(isoDate(addDays({ year, month, day }, days)));
  return (
    <div className={styles.picker}>
      <IconButton label={m.dayBefore} onClick={() => move(-1)}>
        <ChevronLeft aria-hidden="true" />
      </IconButton>
      <DateInput name={m.day} value={value} onChange={onChange} />
      <IconButton label={m.dayAfter} onClick={() => move(1)}>
        <ChevronRight aria-hidden="true" />
      </IconButton>
      <Button disabled={value === today} onClick={() => onChange(today)}>
        {m.today}
      </Button>
    </div>
  );
}
