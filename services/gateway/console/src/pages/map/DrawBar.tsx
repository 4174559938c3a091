import { useCommands } from '@/app/commands';
import { Button } from '@/components/Button';
import { useMessages } from '@/i18n/language';
import styles from './MapPage.module.css';
import { messages } from './messages';
import type { Drawing } from './useDrawing';

/** What can be done while a closure is drawn, by mouse, touch and keyboard. */
export function DrawBar({ drawing }: { drawing: Drawing }) {
  const m = useMessages(messages);
  const count = drawing.path?.length ?? 0;
  useCommands([
    { id: 'map-corner', label: m.setCorner, keys: 'p', run: drawing.addMiddle },
    ...(count > 0 ? [{ id: 'map-undo', label: m.undoCorner, keys: 'z', run: drawing.undo }] : []),
    ...(count > 1 ? [{ id: 'map-drawn', label: m.drawn, keys: 'w', run: drawing.finish }] : []),
    { id: 'map-cancel', label: m.cancel, keys: 'Escape', run: drawing.end },
  ]);
  return (
    <>
      <div className={styles.cross} aria-hidden="true" />
      <div className={styles.drawBar} role="toolbar" aria-label={m.draw}>
        <p>{m.drawHint}</p>
        <div className={styles.row}>
          <Button keys="P" onClick={drawing.addMiddle}>
            {m.setCorner}
          </Button>
          <Button keys="Z" disabled={count === 0} onClick={drawing.undo}>
            {m.undoCorner}
          </Button>
          <Button disabled={count < 3} onClick={drawing.closeArea}>
            {m.closeArea}
          </Button>
          <Button kind="main" keys="W" disabled={count < 2} onClick={drawing.finish}>
            {m.drawn}
          </Button>
          <Button kind="quiet" keys="Esc" onClick={drawing.end}>
            {m.cancel}
          </Button>
          <output className={styles.soft}>{m.corners(count)}</output>
        </div>
      </div>
    </>
  );
}
