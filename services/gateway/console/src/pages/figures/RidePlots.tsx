import type { PoolingDayFigures, PoolingEmissionFactor } from '@/api/schema';
import { DataTable } from '@/components/DataTable';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import { messages as deskMessages } from '@/pages/desk/messages';
import { ColumnPlot, type PlotColumn } from './ColumnPlot';
import styles from './FiguresPage.module.css';
import { messages } from './messages';
import { type Grain, periodsIn, type Span, shortName } from './periods';
import type { Heights } from './scale';
import { Tiles } from './Tiles';
import { kilometresOf, shareOf, sumOf, type Totals, totalsOf } from './totals';

const M_PER_KM = 1000;
const G_PER_KG = 1000;
const S_PER_MIN = 60;

interface Props {
  days: readonly PoolingDayFigures[];
  factors: readonly PoolingEmissionFactor[];
  span: Span;
  grain: Grain;
}

/** What was asked for, driven, shared, waited and spared. */
export function RidePlots({ days, factors, span, grain }: Props) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const { language } = useLanguage();
  const format = useFormat();
  const totals = totalsOf(days, periodsIn(span, grain), grain);
  const all = sumOf(days);
  const columns = (heights: (each: Totals) => Heights): PlotColumn[] =>
    totals.map((each) => ({
      id: each.period,
      name: shortName(each.period, grain, language),
      heights: heights(each),
    }));
  const whole = (value: number) => format.number(Math.round(value));
  const oneDigit = (value: number) => format.number(Math.round(value * 10) / 10);
  const periodWord = m.periods[grain];
  const factorWords = factors
    .map(({ kind, co2_g_per_km }) => {
      const isCar = kind === 'VEHICLE_KIND_UNSPECIFIED';
      return `${isCar ? m.ownCar : wordFor(desk.kinds, kind)} ${format.number(co2_g_per_km)}`;
    })
    .join(', ');
  return (
    <>
      <RideTiles all={all} />
      <div className={styles.plots}>
        <ColumnPlot
          title={m.servedTitle}
          about={m.servedAbout}
          periodWord={periodWord}
          series={[m.served, m.refused]}
          columns={columns((each) => [each.completed, each.refused])}
          write={whole}
          stacked
          wholeOnly
        />
        <Refusals all={all} />
        <ColumnPlot
          title={m.kmTitle}
          about={m.kmAbout}
          periodWord={periodWord}
          series={[`${m.occupied} (${m.kmUnit})`, `${m.empty} (${m.kmUnit})`]}
          columns={columns((each) => [(each.drivenM - each.emptyM) / M_PER_KM, each.emptyM / M_PER_KM])}
          write={oneDigit}
          stacked
        />
        <ColumnPlot
          title={m.pooledTitle}
          about={m.pooledAbout}
          periodWord={periodWord}
          series={[m.pooled]}
          columns={columns((each) => [shareOf(each.pooled, each.completed)])}
          write={format.percent}
          least={1}
        />
        <ColumnPlot
          title={m.waitTitle}
          about={m.waitAbout}
          periodWord={periodWord}
          series={[`${m.wait} (${m.minutesUnit})`]}
          columns={columns((each) => [shareOf(each.waitS / S_PER_MIN, each.boarded)])}
          write={oneDigit}
        />
        <ColumnPlot
          title={m.co2Title}
          about={m.co2About(factorWords)}
          periodWord={periodWord}
          series={[`${m.co2Driven} (${m.kgUnit})`, `${m.co2Cars} (${m.kgUnit})`]}
          columns={columns((each) => [each.co2G / G_PER_KG, each.carCo2G / G_PER_KG])}
          write={oneDigit}
        />
      </div>
    </>
  );
}

function RideTiles({ all }: { all: Totals }) {
  const m = useMessages(messages);
  const format = useFormat();
  const share = (part: number, of: number) => {
    const found = shareOf(part, of);
    return found === null ? '–' : format.percent(found);
  };
  const wait = shareOf(all.waitS, all.boarded);
  const sparedKg = (all.carCo2G - all.co2G) / G_PER_KG;
  const kg = format.number(Math.round(Math.abs(sparedKg)));
  return (
    <Tiles
      label={m.total}
      tiles={[
        [m.requests, format.number(all.requests)],
        [m.served, format.number(all.completed)],
        [
          m.refused,
          all.refused ? `${format.number(all.refused)} · ${share(all.refused, all.requests)}` : '0',
        ],
        [m.cancelled, format.number(all.cancelled)],
        [m.noShows, format.number(all.noShows)],
        [m.kmTitle, format.number(kilometresOf(all.drivenM))],
        [m.emptyShare, share(all.emptyM, all.drivenM)],
        [m.pooledTitle, share(all.pooled, all.completed)],
        [m.wait, wait === null ? '–' : format.duration(wait)],
        [m.broken, format.number(all.brokenPromises)],
        [m.co2Title, all.drivenM === 0 ? '–' : sparedKg >= 0 ? m.co2Balance(kg) : m.co2Excess(kg)],
      ]}
    />
  );
}

function Refusals({ all }: { all: Totals }) {
  const m = useMessages(messages);
  const desk = useMessages(deskMessages);
  const format = useFormat();
  const told = Object.values(all.refusedBy).reduce((sum, count) => sum + count, 0);
  const rows = Object.entries(all.refusedBy).map(([code, count]) => ({ code, count }));
  return (
    <section className={styles.refusals} aria-label={m.whyTitle}>
      <h3>{m.whyTitle}</h3>
      <p>{m.whyAbout}</p>
      {rows.length === 0 && <p>{m.noRefusals}</p>}
      {rows.length > 0 && (
        <DataTable
          label={m.whyTitle}
          rows={rows}
          rowId={(row) => row.code}
          first={{ id: 'count', descending: true }}
          columns={[
            { id: 'reason', header: m.reason, cell: (row) => wordFor(desk.reasons, row.code) },
            {
              id: 'count',
              header: m.count,
              numeric: true,
              cell: (row) => format.number(row.count),
              order: (row) => row.count,
            },
            { id: 'share', header: m.share, numeric: true, cell: (row) => format.percent(row.count / told) },
          ]}
        />
      )}
    </section>
  );
}
