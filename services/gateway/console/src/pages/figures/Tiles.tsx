import styles from './FiguresPage.module.css';

/** A few figures of the whole time, large. */
export function Tiles({
  label,
  tiles,
}: {
  label: string;
  tiles: readonly (readonly [name: string, value: string])[];
}) {
  return (
    <dl className={styles.tiles} aria-label={label}>
      {tiles.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
