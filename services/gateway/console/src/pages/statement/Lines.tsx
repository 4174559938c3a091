import { DataTable } from '@/components/DataTable';
import { Facts } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages } from '@/i18n/language';
import type { Explained, Line } from './explained';
import { messages } from './messages';
import styles from './StatementPage.module.css';

/** Every product that is billed, and why it was chosen. */
export function Lines({ explained }: { explained: Explained }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number) => format.money(cents, explained.currency);
  return (
    <section className={styles.part} aria-label={m.lines}>
      <h2>{m.lines}</h2>
      {explained.lines.length === 0 && <p>{m.noLines}</p>}
      {explained.lines.length > 0 && (
        <DataTable
          label={m.lines}
          rows={explained.lines}
          rowId={(line) => `${line.product_id} ${line.valid_at}`}
          columns={[
            { id: 'ticket', header: m.ticket, cell: (line) => <strong>{line.name[language]}</strong> },
            { id: 'valid', header: m.valid, minor: true, cell: (line) => line.valid[language] },
            { id: 'rides', header: m.rides, minor: true, cell: (line) => m.rideCount(line.rides.length) },
            {
              id: 'pieces',
              header: m.pieces,
              numeric: true,
              minor: true,
              cell: (line) => format.number(line.count),
            },
            { id: 'amount', header: m.amount, numeric: true, cell: (line) => money(line.amount_cents) },
            { id: 'why', header: '', numeric: true, cell: (line) => <WhyLine line={line} money={money} /> },
          ]}
        />
      )}
    </section>
  );
}

function WhyLine({ line, money }: { line: Line; money: (cents: number) => string }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  return (
    <Why title={m.whyLine(line.name[language])}>
      <p>{line.reason[language]}</p>
      <Facts
        facts={[
          [m.amount, money(line.amount_cents)],
          [m.lineAlone, line.alone_cents === null ? '–' : money(line.alone_cents)],
          [m.lineWithout, line.without_cents === null ? '–' : money(line.without_cents)],
          [m.source, line.source || '–'],
        ]}
      />
    </Why>
  );
}
