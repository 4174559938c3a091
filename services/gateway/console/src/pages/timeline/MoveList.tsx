import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import type { PoolingMove } from '@/api/schema';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import { inOrder, priceOf, useReasons } from './moving';
import styles from './Timeline.module.css';

interface Props {
  moves: readonly PoolingMove[];
  vehicleName: (vehicleId: string) => string;
  /** What each shift says of itself, such as from when until when. */
  shiftOf: (shiftId: string) => string;
  /** Not given where nothing is chosen, only explained. */
  choice?: {
    shiftId: string | null;
    onChoose: (shiftId: string) => void;
    onEnter: () => void;
  };
}

/** Every shift with what it would change, or why it cannot. */
export function MoveList({ moves, vehicleName, shiftOf, choice }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const reasonsOf = useReasons();
  const name = useId();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>('input:enabled')?.focus(), []);

  function press(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    choice?.onEnter();
  }

  return (
    <ul ref={list} className={styles.moves}>
      {inOrder(moves)
        .filter((move) => !choice || !move.current)
        .map((move) => {
          const said = (
            <span className={styles.move}>
              <strong>{`${vehicleName(move.vehicle_id)} · ${shiftOf(move.shift_id)}`}</strong>
              {move.current ? (
                <span>{m.current}</span>
              ) : move.possible ? (
                <span>
                  {`${priceOf(move, m, format)} · ${m.times(format.time(move.pickup_time ?? ''), format.time(move.dropoff_time ?? ''))}`}
                </span>
              ) : (
                <span>{`${m.impossible}: ${reasonsOf(move.reasons)}`}</span>
              )}
            </span>
          );
          return (
            <li key={move.shift_id} data-offer={move.current ? 'current' : move.possible ? 'yes' : 'no'}>
              {choice ? (
                <label>
                  <input
                    type="radio"
                    name={name}
                    disabled={!move.possible}
                    checked={choice.shiftId === move.shift_id}
                    onChange={() => choice.onChoose(move.shift_id)}
                    onKeyDown={press}
                  />
                  {said}
                </label>
              ) : (
                said
              )}
            </li>
          );
        })}
    </ul>
  );
}
