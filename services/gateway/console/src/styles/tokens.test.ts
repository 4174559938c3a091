import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name, [light, dark]] as const,
  ),
);

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [a = 0, b = 0] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

const GROUNDS = ['ground', 'surface', 'raised', 'sunken'];
const TEXT: [string, string[]][] = [
  ['text', [...GROUNDS, 'accent-ground', 'good-ground', 'warn-ground', 'bad-ground']],
  ['text-soft', [...GROUNDS, 'accent-ground']],
  ['accent', ['ground', 'surface', 'raised', 'accent-ground']],
  ['on-accent', ['accent', 'accent-strong']],
  ['good', ['surface', 'good-ground']],
  ['warn', ['surface', 'warn-ground']],
  ['bad', ['surface', 'bad-ground']],
];

describe('colours', () => {
  it.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s is legible on %s, light and dark',
    (text, ground) => {
      for (const theme of [0, 1]) {
        const [ink, paper] = [colours.get(text)?.[theme], colours.get(ground)?.[theme]];
        expect(contrast(String(ink), String(paper))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it.each(['ground', 'surface'])('edges of controls and the focus show on %s', (ground) => {
    for (const line of ['edge', 'focus']) {
      for (const theme of [0, 1]) {
        const [ink, paper] = [colours.get(line)?.[theme], colours.get(ground)?.[theme]];
        expect(contrast(String(ink), String(paper))).toBeGreaterThanOrEqual(3);
      }
    }
  });
});
