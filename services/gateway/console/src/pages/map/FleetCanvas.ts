import type { Fleet, Mark } from './fleet';
import type { Position } from './geometry';
import { PIXEL_RATIO, type Pictures } from './symbols';

/** Less than this nobody sees. */
const SEEN_PX = 0.3;
const SEEN_DEGREES = 4;
const COUNT_ZOOM = 10.5;
const RING_PX = 19;
/** Nearer than that, nobody could point at one of two. */
const SPOT_PX = 4;
const FONT = '"Inter Variable", system-ui, sans-serif';

/** What of the map is seen. */
export interface View {
  zoom: number;
  /** Where a position is, in pixels from the upper left corner. */
  pixelOf: (position: Position) => { x: number; y: number };
}

interface Drawn {
  mark: Mark;
  x: number;
  y: number;
}

export interface Paint {
  pictures: Pictures;
  text: string;
  onAccent: string;
  accent: string;
  halo: string;
}

/**
 * Vehicles, drawn above the map on a sheet of their own.
 *
 * They move all the time and the map below does not: so a moving fleet costs what its signs cost, and a report is
 * shown by the next frame, without the engine's workers in between.
 */
export class FleetCanvas {
  chosenId: string | null = null;
  private readonly context: CanvasRenderingContext2D;
  private drawn: readonly Drawn[] = [];
  private paint: Paint | null = null;
  private stale = true;
  private size = { width: 0, height: 0, ratio: 1 };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly fleet: Fleet,
  ) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    this.context = context;
  }

  set hidden(hidden: boolean) {
    this.canvas.hidden = hidden;
  }

  dress(paint: Paint): void {
    this.paint = paint;
    this.stale = true;
  }

  /** What is drawn is not what is known. */
  touch(): void {
    this.stale = true;
  }

  resize(width: number, height: number, ratio: number): void {
    if (this.size.width === width && this.size.height === height && this.size.ratio === ratio) return;
    this.size = { width, height, ratio };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.stale = true;
  }

  /** Draws the vehicles where they are now; does nothing, and says so, where nobody would see a difference. */
  draw(view: View, nowMs: number): boolean {
    if (!this.paint || this.canvas.hidden) return false;
    const now = this.fleet.marks(nowMs).map((mark) => ({ mark, ...view.pixelOf(mark.position) }));
    if (!this.stale && !this.isSeen(now)) return false;
    this.stale = false;
    this.drawn = now;
    this.drawAll(view.zoom, this.paint);
    return true;
  }

  /** The vehicle nearest to a place; of several on one spot, the one after the chosen one. Null where there is none. */
  at(x: number, y: number, reachPx: number): string | null {
    if (this.canvas.hidden) return null;
    const near = this.drawn
      .map((each) => ({ id: each.mark.id, px: Math.hypot(each.x - x, each.y - y) }))
      .filter(({ px }) => px <= reachPx)
      .sort((one, other) => one.px - other.px);
    const spot = near.filter(({ px }) => px <= (near[0]?.px ?? 0) + SPOT_PX);
    const chosen = spot.findIndex(({ id }) => id === this.chosenId);
    return spot[(chosen + 1) % spot.length]?.id ?? null;
  }

  private isSeen(now: readonly Drawn[]): boolean {
    const { width, height } = this.size;
    return (
      now.length !== this.drawn.length ||
      now.some((here, place) => {
        const before = this.drawn[place];
        if (!before || before.mark.id !== here.mark.id) return true;
        const isInView = [here, before].some(
          ({ x, y }) => x > -RING_PX && y > -RING_PX && x < width + RING_PX && y < height + RING_PX,
        );
        return (
          isInView &&
          (Math.abs(here.x - before.x) >= SEEN_PX ||
            Math.abs(here.y - before.y) >= SEEN_PX ||
            here.mark.moving !== before.mark.moving ||
            here.mark.aboardCount !== before.mark.aboardCount ||
            Math.abs(here.mark.bearing - before.mark.bearing) >= SEEN_DEGREES)
        );
      })
    );
  }

  private drawAll(zoom: number, paint: Paint): void {
    const { context } = this;
    const { width, height, ratio } = this.size;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    // From the whole district to a street, signs grow a little.
    const scale = Math.min(1, Math.max(0.7, 0.7 + (0.3 * (zoom - 10)) / 4));
    context.font = `550 12px ${FONT}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (const { mark, x, y } of this.drawn) {
      const picture = paint.pictures.get(pictureOf(mark));
      if (!picture || x < -RING_PX || y < -RING_PX || x > width + RING_PX || y > height + RING_PX) continue;
      if (mark.id === this.chosenId) ring(context, x, y, paint.accent);
      const size = (picture.width / PIXEL_RATIO) * scale;
      const angle = mark.moving ? (mark.bearing * Math.PI) / 180 : 0;
      const [cos, sin] = [ratio * Math.cos(angle), ratio * Math.sin(angle)];
      context.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio);
      context.drawImage(picture, -size / 2, -size / 2, size, size);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (zoom >= COUNT_ZOOM) {
        context.fillStyle = mark.aboardCount > 0 ? paint.onAccent : paint.text;
        context.fillText(String(mark.aboardCount), x, y + 0.7);
      }
      if (mark.id === this.chosenId) named(context, mark.name, x, y, paint);
    }
  }
}

function pictureOf({ aboardCount, moving }: Mark): string {
  return `vehicle-${aboardCount > 0 ? 'busy' : 'free'}${moving ? '' : '-still'}`;
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, RING_PX, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = colour;
  context.globalAlpha = 0.16;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 2.5;
  context.stroke();
}

function named(context: CanvasRenderingContext2D, name: string, x: number, y: number, paint: Paint): void {
  context.save();
  context.font = `13px ${FONT}`;
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = paint.halo;
  context.strokeText(name, x, y + RING_PX + 10);
  context.fillStyle = paint.text;
  context.fillText(name, x, y + RING_PX + 10);
  context.restore();
}
