import { useId, useState } from 'react';
import { Modal } from '@/components/Modal';
import { useMessages } from '@/i18n/language';
import { type Command, useAllCommands } from './commands';
import { Keys } from './Keys';
import { messages } from './messages';
import styles from './Palette.module.css';

/** Every page and command with its keys, found by typing. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const m = useMessages(messages);
  return (
    <Modal open={open} onClose={onClose} title={m.commands} description={m.commandsHint}>
      <Finder onClose={onClose} />
    </Modal>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const m = useMessages(messages);
  const commands = useAllCommands(true);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const found = matching(commands, text);
  const current = found[Math.min(chosen, found.length - 1)];

  function run(command: Command | undefined) {
    if (!command) return;
    onClose();
    // Only once the dialog has given the focus back, so that the command may put it elsewhere.
    setTimeout(command.run, 0);
  }

  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
        aria-label={m.search}
        placeholder={m.search}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setChosen(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') run(current);
          else return;
          event.preventDefault();
        }}
      />
      <div id={listId} role="listbox" aria-label={m.commands} className={styles.list}>
        {found.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the search field, as in every combobox
          // biome-ignore lint/a11y/useFocusableInteractive: the search field keeps the focus
          <div
            key={command.id}
            id={`${listId}-${command.id}`}
            role="option"
            aria-selected={command === current}
            className={styles.option}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
        {found.length === 0 && <p>{m.nothingFound}</p>}
      </div>
    </>
  );
}

/** Commands whose label has all words typed. */
function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) =>
    words.every((word) => command.label.toLocaleLowerCase().includes(word)),
  );
}
