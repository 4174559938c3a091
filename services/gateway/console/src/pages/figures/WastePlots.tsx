import type { WasteDayFigures } from '@/api/schema';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages } from '@/i18n/language';
import { ColumnPlot } from './ColumnPlot';
import styles from './FiguresPage.module.css';
import { messages } from './messages';
import { type Grain, periodOf, periodsIn, type Span, shortName } from './periods';
import { Tiles } from './Tiles';

interface Props {
  days: readonly WasteDayFigures[];
  span: Span;
  grain: Grain;
}

/** How often containers were emptied, and how often too late or too early. */
export function WastePlots({ days, span, grain }: Props) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const whole = (value: number) => format.number(Math.round(value));
  const sum = (among: readonly WasteDayFigures[], of: (day: WasteDayFigures) => number) =>
    among.reduce((all, day) => all + of(day), 0);
  const emptied = sum(days, (day) => day.emptied_count);
  const halfEmpty = sum(days, (day) => day.half_empty_count);
  const columns = periodsIn(span, grain).map((period) => {
    const within = days.filter((day) => periodOf(day.service_date, grain) === period);
    return {
      id: period,
      name: shortName(period, grain, language),
      heights: [sum(within, (day) => day.emptied_count), sum(within, (day) => day.overflow_count)],
    };
  });
  return (
    <>
      <Tiles
        label={m.total}
        tiles={[
          [m.emptied, format.number(emptied)],
          [m.halfEmpty, format.number(halfEmpty)],
          [m.overflow, format.number(sum(days, (day) => day.overflow_count))],
          [m.weight, `${whole(sum(days, (day) => day.weight_kg))} ${m.kgUnit}`],
        ]}
      />
      <div className={styles.plots}>
        <ColumnPlot
          title={m.overflowTitle}
          about={m.overflowAbout}
          periodWord={m.periods[grain]}
          series={[m.emptied, m.overflow]}
          columns={columns}
          write={whole}
          wholeOnly
        />
      </div>
    </>
  );
}
