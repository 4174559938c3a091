/** Pictures of what is on the map, drawn here: shape and sign tell what it is, colour only repeats it. */

export interface Colours {
  surface: string;
  text: string;
  edge: string;
  accent: string;
  onAccent: string;
  good: string;
  warn: string;
  bad: string;
}

const TOKENS: Record<keyof Colours, string> = {
  surface: '--surface',
  text: '--text',
  edge: '--edge',
  accent: '--accent',
  onAccent: '--on-accent',
  good: '--good',
  warn: '--warn',
  bad: '--bad',
};

/** The page's colours as they are now, light or dark. */
export function coloursOf(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const colours = Object.fromEntries(
    Object.entries(TOKENS).map(([name, token]) => {
      probe.style.color = `var(${token})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours as unknown as Colours;
}

export const PIXEL_RATIO = 2;

type Draw = (context: CanvasRenderingContext2D, size: number) => void;

function drawn(size: number, draw: Draw): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * PIXEL_RATIO;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  context.translate(size / 2, size / 2);
  context.lineJoin = context.lineCap = 'round';
  draw(context, size / 2);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function polygon(corners: number, radius: number, turn = 0): Path2D {
  const path = new Path2D();
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = ((corner + turn) * 2 * Math.PI) / corners - Math.PI / 2;
    path.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  path.closePath();
  return path;
}

function disc(radius: number): Path2D {
  const path = new Path2D();
  path.arc(0, 0, radius, 0, 2 * Math.PI);
  return path;
}

function block(radius: number, corner: number): Path2D {
  const path = new Path2D();
  path.roundRect(-radius, -radius, 2 * radius, 2 * radius, corner);
  return path;
}

/** A shape with an edge that stands out from whatever is below. */
function framed(c: Colours, shape: Path2D, fill: string, edge = c.surface, width = 1.5): Draw {
  return (context) => {
    context.lineWidth = width + 2;
    context.strokeStyle = c.surface;
    context.stroke(shape);
    context.fillStyle = fill;
    context.fill(shape);
    context.lineWidth = width;
    context.strokeStyle = edge;
    context.stroke(shape);
  };
}

function sign(text: string, colour: string, size: number): Draw {
  return (context) => {
    context.fillStyle = colour;
    context.font = `700 ${size}px "Inter Variable", system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, 0, size * 0.06);
  };
}

function strokes(colour: string, width: number, ...lines: number[][]): Draw {
  return (context) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    for (const line of lines) {
      context.beginPath();
      for (let at = 0; at + 1 < line.length; at += 2) context.lineTo(line[at] ?? 0, line[at + 1] ?? 0);
      context.stroke();
    }
  };
}

const all =
  (...draws: Draw[]): Draw =>
  (context, size) => {
    for (const draw of draws) draw(context, size);
  };

function nose(c: Colours, fill: string): Draw {
  const path = new Path2D('M -6 -8 L 0 -15 L 6 -8 Z');
  return framed(c, path, fill, fill, 1);
}

/** All pictures by name. */
export function symbols(c: Colours): Map<string, ImageData> {
  const busy = framed(c, disc(10), c.accent, c.accent);
  const free = framed(c, disc(10), c.surface, c.accent, 2.5);
  return new Map([
    ['vehicle-busy', drawn(34, all(nose(c, c.accent), busy))],
    ['vehicle-busy-still', drawn(34, busy)],
    ['vehicle-free', drawn(34, all(nose(c, c.accent), free))],
    ['vehicle-free-still', drawn(34, free)],
    ['pickup', drawn(16, framed(c, polygon(3, 6), c.accent, c.surface, 1))],
    ['dropoff', drawn(16, framed(c, block(4.2, 1), c.surface, c.accent, 2))],
    [
      'container-green',
      drawn(24, all(framed(c, disc(8.5), c.good), strokes(c.surface, 2.2, [-3.6, 0.4, -1, 3, 3.8, -2.8]))),
    ],
    ['container-yellow', drawn(26, all(framed(c, polygon(4, 11.5), c.warn), sign('!', c.surface, 13)))],
    ['container-red', drawn(28, all(framed(c, polygon(8, 12, 0.5), c.bad), sign('!!', c.surface, 13)))],
    ['container-unknown', drawn(24, all(framed(c, disc(8.5), c.surface, c.edge, 2), sign('?', c.text, 11)))],
    ['closed', drawn(26, all(framed(c, disc(10), c.bad), strokes(c.surface, 3.4, [-5, 0, 5, 0])))],
    ['slowed', drawn(26, all(framed(c, polygon(3, 12.5), c.warn), sign('!', c.surface, 10)))],
    ['stop', drawn(18, all(framed(c, disc(6.5), c.surface, c.good, 1.6), sign('H', c.good, 9)))],
    [
      'bench',
      drawn(
        22,
        all(
          framed(c, block(8, 3), c.surface, c.text, 1.3),
          strokes(c.text, 1.6, [-5, -2, 5, -2], [-5, 1, 5, 1], [-4, 1, -4, 5], [4, 1, 4, 5]),
        ),
      ),
    ],
    [
      'car',
      drawn(
        22,
        all(
          framed(c, block(8, 3), c.surface, c.text, 1.3),
          strokes(
            c.text,
            1.6,
            [-5, 2.5, -5, 0, -3, -3.5, 3, -3.5, 5, 0, 5, 2.5, -5, 2.5],
            [-3.2, 4.2, -3.1, 4.2],
            [3.2, 4.2, 3.3, 4.2],
          ),
        ),
      ),
    ],
    ['corner', drawn(14, framed(c, disc(4), c.surface, c.bad, 2.5))],
  ]);
}

export type Pictures = ReadonlyMap<string, HTMLCanvasElement>;

/** Pictures to be drawn on a canvas. */
export function pictures(images: ReadonlyMap<string, ImageData>): Pictures {
  return new Map([...images].map(([name, image]) => [name, asCanvas(image)]));
}

function asCanvas(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** One picture as an image for the page, for the legend. */
export function asUrl(image: ImageData): string {
  return asCanvas(image).toDataURL();
}
