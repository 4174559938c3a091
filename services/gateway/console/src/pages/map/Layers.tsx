import { Layers as LayersIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTheme } from '@/app/theme';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import styles from './MapPage.module.css';
import { messages } from './messages';
import { LAYERS, type LayerId, type ObjectLayer } from './objects';
import { asUrl, coloursOf, symbols } from './symbols';
import type { District } from './useDistrictObjects';

/** The signs of every layer, by which they are told apart. */
const SIGNS = {
  vehicles: ['vehicle-busy', 'vehicle-free'],
  paths: [],
  rides: ['pickup', 'dropoff'],
  closures: ['closed', 'slowed'],
  containers: ['container-green', 'container-yellow', 'container-red', 'container-unknown'],
  stops: ['stop'],
  benches: ['bench'],
  cars: ['car'],
} as const satisfies Record<LayerId, readonly string[]>;

interface Props {
  district: District;
  hidden: ReadonlySet<LayerId>;
  onChange: (hidden: ReadonlySet<LayerId>) => void;
}

/** What is shown on the map, and what the signs mean. */
export function Layers({ district, hidden, onChange }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const box = useRef<HTMLDetailsElement>(null);
  const { theme } = useTheme();
  const [pictures, setPictures] = useState<ReadonlyMap<string, string>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours with another theme
  useEffect(() => {
    if (!box.current) return;
    const drawn = [...symbols(coloursOf(box.current))];
    setPictures(new Map(drawn.map(([name, image]) => [name, asUrl(image)])));
  }, [theme]);
  const words: Partial<Record<string, string>> = m.sign;

  function toggle(layer: LayerId, shown: boolean) {
    const next = new Set(hidden);
    if (shown) next.delete(layer);
    else next.add(layer);
    onChange(next);
  }

  return (
    <details ref={box} className={styles.layers}>
      <summary>
        <LayersIcon aria-hidden="true" />
        {m.layers}
      </summary>
      <ul>
        {LAYERS.map((layer) => {
          const count = layer === 'paths' ? 0 : district.objects[layer as ObjectLayer].length;
          return (
            <li key={layer}>
              <label>
                <input
                  type="checkbox"
                  checked={!hidden.has(layer)}
                  onChange={(event) => toggle(layer, event.target.checked)}
                />
                {layer === 'paths' && <span className={styles.way} aria-hidden="true" />}
                {SIGNS[layer].length === 1 && <img src={pictures.get(SIGNS[layer][0] ?? '')} alt="" />}
                <span>{m.layer[layer]}</span>
                {count > 0 && <span className={styles.soft}>{format.number(count)}</span>}
                {district.failures[layer] !== undefined && <em>{m.failed}</em>}
              </label>
              {SIGNS[layer].length > 1 && (
                <ul className={styles.signs}>
                  {SIGNS[layer].map((sign) => (
                    <li key={sign}>
                      <img src={pictures.get(sign)} alt="" />
                      {words[sign]}
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
