import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

/** Something that can be done by a key and found in the palette. */
export interface Command {
  id: string;
  label: string;
  /** `g t` is one key after the other, `Alt+n` both at once, `?` a single key; none where only the palette has it. */
  keys?: string;
  /** Also while somebody types in a field. Only keys with Alt, Ctrl, or none that write anything. */
  whileTyping?: boolean;
  run: () => void;
}

interface Registry {
  add: (commands: readonly Command[]) => () => void;
  all: () => readonly Command[];
}

const CommandContext = createContext<Registry | null>(null);

const NEXT_KEY_WITHIN_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role="combobox"]'))
  );
}

/** A key as commands name it. */
export function nameOf(event: KeyboardEvent): string {
  const held = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}`;
  // With Alt, some keyboards write other characters; there the key's place counts.
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
  if (event.altKey && (digit || letter)) return held + (digit ?? letter);
  return held + event.key;
}

export function CommandProvider({ children }: { children: ReactNode }) {
  const sets = useRef(new Set<readonly Command[]>());
  const registry = useMemo<Registry>(
    () => ({
      add: (commands) => {
        sets.current.add(commands);
        return () => {
          sets.current.delete(commands);
        };
      },
      all: () => [...sets.current].flat(),
    }),
    [],
  );

  useEffect(() => {
    let before = '';
    let since = 0;
    function press(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const key = nameOf(event);
      const typing = isTyping(event.target);
      const pair = before && event.timeStamp - since < NEXT_KEY_WITHIN_MS ? `${before} ${key}` : key;
      before = key;
      since = event.timeStamp;
      // A dialog takes all keys for itself.
      if (document.querySelector('[role="dialog"]')) return;
      const fits = registry.all().filter((command) => !typing || command.whileTyping);
      const found =
        fits.find((command) => command.keys === pair) ?? fits.find((command) => command.keys === key);
      if (!found) return;
      event.preventDefault();
      before = '';
      found.run();
    }
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [registry]);

  return <CommandContext value={registry}>{children}</CommandContext>;
}

/** Adds commands for as long as the component is there. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useContext(CommandContext);
  const latest = useRef(commands);
  latest.current = commands;
  const shape = commands.map((command) => `${command.id}\t${command.label}\t${command.keys}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: told anew where names change; what they do is looked up when run
  useEffect(() => {
    const named = latest.current.map((command, place) => ({
      ...command,
      run: () => latest.current[place]?.run(),
    }));
    return registry?.add(named);
  }, [registry, shape]);
}

/** All commands there are at the moment the palette opens. */
export function useAllCommands(open: boolean): readonly Command[] {
  const registry = useContext(CommandContext);
  const [commands, setCommands] = useState<readonly Command[]>([]);
  useEffect(() => {
    if (open) setCommands(registry?.all() ?? []);
  }, [registry, open]);
  return commands;
}
