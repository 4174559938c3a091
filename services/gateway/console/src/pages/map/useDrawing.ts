import { useCallback, useEffect, useState } from 'react';
import type { DistrictMap } from './engine';
import type { Position } from './geometry';

export interface Drawing {
  /** What is drawn so far; null while nobody draws. */
  path: readonly Position[] | null;
  /** Drawn, and now described. */
  finished: boolean;
  begin: () => void;
  add: (position: Position) => void;
  addMiddle: () => void;
  undo: () => void;
  /** Comes back to the beginning. */
  closeArea: () => void;
  finish: () => void;
  resume: () => void;
  end: () => void;
}

const MOST_CORNERS = 100;

/** A line or an area, drawn corner by corner. */
export function useDrawing(engine: DistrictMap | null): Drawing {
  const [path, setPath] = useState<readonly Position[] | null>(null);
  const [finished, setFinished] = useState(false);

  useEffect(() => engine?.draw(path), [engine, path]);

  const add = useCallback(
    (position: Position) =>
      setPath((before) => (before && before.length < MOST_CORNERS ? [...before, position] : before)),
    [],
  );
  return {
    path,
    finished,
    add,
    begin: useCallback(() => setPath([]), []),
    addMiddle: useCallback(() => engine && add(engine.centre()), [engine, add]),
    undo: useCallback(() => setPath((before) => before?.slice(0, -1) ?? null), []),
    closeArea: useCallback(() => {
      setPath((before) => (before?.[0] ? [...before, before[0]] : before));
      setFinished(true);
    }, []),
    finish: useCallback(() => setFinished(true), []),
    resume: useCallback(() => setFinished(false), []),
    end: useCallback(() => {
      setPath(null);
      setFinished(false);
    }, []),
  };
}
