import type { TicketingStatement } from '@/api/schema';
import { DataTable } from '@/components/DataTable';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import type { Explained } from './explained';
import { messages } from './messages';
import { dayName, periodName } from './period';
import styles from './StatementPage.module.css';

interface Moved {
  id: string;
  what: string;
  day: string;
  cents: number;
}

/** What was put right afterwards, and what was paid. */
export function Corrections({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const rows: Moved[] = [
    ...explained.revisions.map((each) => ({ what: m.revision, day: each.date, cents: each.amount_cents })),
    ...explained.corrections.map((each) => ({
      what: m.late(periodName(each.period_id, language)),
      day: '',
      cents: each.amount_cents,
    })),
    ...explained.payments.map((each) => ({
      what: wordFor(m.payments, each.kind),
      day: each.date,
      cents: each.amount_cents,
    })),
  ].map((row, index) => ({ ...row, id: `${index}` }));
  return (
    <section className={styles.part} aria-label={m.correctionsTitle}>
      <h2>{m.correctionsTitle}</h2>
      {rows.length === 0 && <p className={styles.soft}>{m.none}</p>}
      {rows.length > 0 && (
        <DataTable
          label={m.correctionsTitle}
          rows={rows}
          rowId={(row) => row.id}
          columns={[
            { id: 'what', header: m.what, cell: (row) => row.what },
            {
              id: 'day',
              header: m.day,
              minor: true,
              cell: (row) => (row.day ? dayName(row.day, language) : '–'),
            },
            {
              id: 'amount',
              header: m.amount,
              numeric: true,
              cell: (row) => format.money(row.cents, explained.currency),
            },
          ]}
        />
      )}
    </section>
  );
}

/** The account's own books, row by row. */
export function Journal({ statement }: { statement: TicketingStatement }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  if (statement.entries.length === 0) return null;
  return (
    <details>
      <summary>{m.journal}</summary>
      <div className={styles.part}>
        <p className={styles.soft}>{m.journalText}</p>
        <DataTable
          label={m.journal}
          rows={statement.entries}
          rowId={(entry) => String(entry.number)}
          columns={[
            {
              id: 'number',
              header: m.number,
              numeric: true,
              minor: true,
              cell: (entry) => String(entry.number),
            },
            {
              id: 'posted',
              header: m.posted,
              cell: (entry) => (entry.post_time ? format.dayAndTime(entry.post_time) : '–'),
            },
            { id: 'kind', header: m.what, cell: (entry) => wordFor(m.entryKinds, entry.kind) },
            { id: 'ticket', header: m.ticket, minor: true, cell: (entry) => entry.product_id || '–' },
            {
              id: 'period',
              header: m.forPeriod,
              minor: true,
              cell: (entry) => periodName(entry.period_id, language) || '–',
            },
            {
              id: 'amount',
              header: m.amount,
              numeric: true,
              cell: (entry) => format.money(entry.amount_cents, statement.currency),
            },
          ]}
        />
      </div>
    </details>
  );
}
