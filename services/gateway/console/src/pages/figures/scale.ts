/** What a column of a plot is made of: one height for each series, null where there is none. */
export type Heights = readonly (number | null)[];

export interface Scale {
  /** The highest line. */
  top: number;
  /** Where lines are drawn, from zero to the top. */
  ticks: readonly number[];
}

const WANTED_TICKS = 4;
const STEPS = [1, 2, 2.5, 5, 10] as const;

/**
 * Round numbers for the lines of a plot, so that the highest column fits below the last one.
 *
 * @param highest of all columns; nothing above zero gives lines up to `least`
 * @param least the top where there is nothing to show
 * @param wholeOnly where halves mean nothing, as of rides
 */
export function scaleTo(highest: number, least: number, wholeOnly: boolean): Scale {
  const reach = highest > 0 ? highest : least;
  const rough = reach / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const found = (STEPS.find((each) => each * power >= rough) ?? 10) * power;
  const step = wholeOnly ? Math.max(1, Math.ceil(found)) : found;
  const count = Math.max(1, Math.ceil(reach / step - 1e-9));
  return {
    top: step * count,
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((step * index).toPrecision(12))),
  };
}

/** How high the columns are: one on top of the other, or side by side. */
export function highestOf(columns: readonly Heights[], stacked: boolean): number {
  const heights = columns.map((column) =>
    stacked
      ? column.reduce<number>((sum, each) => sum + (each ?? 0), 0)
      : Math.max(0, ...column.map((x) => x ?? 0)),
  );
  return Math.max(0, ...heights);
}

/** Every how many columns can carry a name, so that names do not touch. */
export function namedEvery(count: number, roomPx: number, namePx: number): number {
  return Math.max(1, Math.ceil((count * namePx) / Math.max(roomPx, 1)));
}
