import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '@/components/Button';
import { TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import { clockOf, MOST_SPANS, nextKey, type SpanDraft, WEEK } from './draft';
import { messages } from './messages';
import styles from './YardsPage.module.css';

interface Props {
  spans: readonly SpanDraft[];
  onChange: (spans: readonly SpanDraft[]) => void;
}

/** Opening hours: weekdays, from and until. */
export function Spans({ spans, onChange }: Props) {
  const m = useMessages(messages);
  const change = (key: number, part: Partial<SpanDraft>) =>
    onChange(spans.map((span) => (span.key === key ? { ...span, ...part } : span)));
  const toggled = (span: SpanDraft, weekday: number) =>
    span.weekdays.includes(weekday)
      ? span.weekdays.filter((each) => each !== weekday)
      : [...span.weekdays, weekday];
  return (
    <>
      <h3>{m.hours}</h3>
      <p className={styles.soft}>{m.noHours}</p>
      {spans.map((span, index) => (
        <fieldset key={span.key} className={styles.entry}>
          <legend>{m.span(index + 1)}</legend>
          <div className={styles.week}>
            {WEEK.map((weekday) => (
              <label key={weekday}>
                <input
                  type="checkbox"
                  checked={span.weekdays.includes(weekday)}
                  onChange={() => change(span.key, { weekdays: toggled(span, weekday) })}
                />
                {m.weekdays[weekday - 1]}
              </label>
            ))}
          </div>
          <div className={styles.row}>
            <div className={styles.pair}>
              <TextField
                label={m.opens}
                value={span.opens}
                onChange={(opens) => change(span.key, { opens })}
                error={clockOf(span.opens) ? null : m.clockHint}
              />
              <TextField
                label={m.closes}
                value={span.closes}
                onChange={(closes) => change(span.key, { closes })}
                error={clockOf(span.closes) ? null : m.clockHint}
              />
            </div>
            <IconButton
              label={m.removeSpan(index + 1)}
              onClick={() => onChange(spans.filter((each) => each.key !== span.key))}
            >
              <X aria-hidden="true" />
            </IconButton>
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={spans.length >= MOST_SPANS}
          onClick={() =>
            onChange([...spans, { key: nextKey(spans), weekdays: [6], opens: '08:00', closes: '12:00' }])
          }
        >
          {m.addSpan}
        </Button>
      </div>
    </>
  );
}
