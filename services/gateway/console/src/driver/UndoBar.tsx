import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import styles from './driver.module.css';
import { useDriver, useQueue, useWords } from './use_driver';

/** What was reported last, for as long as it can be taken back with one touch. */
export function UndoBar() {
  const m = useWords();
  const { queue } = useDriver();
  const { reports, held } = useQueue();
  const [late, setLate] = useState(false);
  const last = reports.find((report) => report.sequence === held?.sequence);
  async function undo(sequence: number) {
    setLate(!(await queue.takeBack(sequence)));
  }
  return (
    <div className={styles.undo} role="status" data-shown={Boolean(last) || undefined}>
      {last && (
        <>
          <span>{m.reported(`${m.kinds[last.what.kind]}, ${last.label}`)}</span>
          <Button icon={<Undo2 aria-hidden="true" />} onClick={() => void undo(last.sequence)}>
            {m.undo}
          </Button>
        </>
      )}
      {!last && late && <span>{m.onItsWay}</span>}
    </div>
  );
}
