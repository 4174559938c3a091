import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import type { WasteAlarmLanguage } from '@/api/schema';
import { Button, IconButton } from '@/components/Button';
import { SelectField, TextField } from '@/components/Field';
import { useMessages } from '@/i18n/language';
import styles from './AlarmsPage.module.css';
import { messages } from './messages';
import { type ContactDraft, MOST_CONTACTS, newContact, swapped } from './rules';

const LANGUAGES = [
  'ALARM_LANGUAGE_GERMAN',
  'ALARM_LANGUAGE_ENGLISH',
] as const satisfies readonly WasteAlarmLanguage[];

interface Props {
  ladder: readonly ContactDraft[];
  onChange: (ladder: readonly ContactDraft[]) => void;
}

/** Who is told, one after the other. */
export function Ladder({ ladder, onChange }: Props) {
  const m = useMessages(messages);
  const change = (index: number, part: Partial<ContactDraft>) =>
    onChange(ladder.map((contact, at) => (at === index ? { ...contact, ...part } : contact)));
  return (
    <>
      <h3>{m.contacts}</h3>
      {ladder.length === 0 && <p className={styles.soft}>{m.noContacts}</p>}
      {ladder.map((contact, index) => (
        <fieldset key={contact.id} className={styles.contact}>
          <legend>{m.contact(index + 1)}</legend>
          <div className={styles.pair}>
            <SelectField
              label={m.channel}
              value={contact.channel}
              options={(['email', 'webhook'] as const).map((value) => ({ value, label: m[value] }))}
              onChange={(channel) => change(index, { channel, address: '', secret: '', hasSecret: false })}
            />
            <SelectField
              label={m.reads}
              value={contact.language === 'ALARM_LANGUAGE_ENGLISH' ? LANGUAGES[1] : LANGUAGES[0]}
              options={LANGUAGES.map((value) => ({ value, label: m.languages[value] }))}
              onChange={(language) => change(index, { language })}
            />
          </div>
          {contact.channel === 'email' ? (
            <TextField
              label={m.address}
              type="email"
              autoComplete="off"
              placeholder={m.addressExample}
              value={contact.address}
              onChange={(address) => change(index, { address })}
              maxLength={254}
            />
          ) : (
            <div className={styles.pair}>
              <TextField
                label={m.url}
                type="url"
                autoComplete="off"
                value={contact.address}
                onChange={(address) => change(index, { address })}
                maxLength={2000}
              />
              <TextField
                label={m.secret}
                type="password"
                autoComplete="off"
                hint={contact.hasSecret ? m.secretKept : m.secretHint}
                value={contact.secret}
                onChange={(secret) => change(index, { secret })}
                maxLength={256}
              />
            </div>
          )}
          <div className={styles.moves}>
            <IconButton
              label={m.earlier(index + 1)}
              disabled={index === 0}
              onClick={() => onChange(swapped(ladder, index, -1))}
            >
              <ArrowUp aria-hidden="true" />
            </IconButton>
            <IconButton
              label={m.later(index + 1)}
              disabled={index === ladder.length - 1}
              onClick={() => onChange(swapped(ladder, index, 1))}
            >
              <ArrowDown aria-hidden="true" />
            </IconButton>
            <IconButton
              label={m.removeContact(index + 1)}
              onClick={() => onChange(ladder.filter((_, at) => at !== index))}
            >
              <X aria-hidden="true" />
            </IconButton>
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          icon={<Plus aria-hidden="true" />}
          disabled={ladder.length >= MOST_CONTACTS}
          onClick={() => onChange([...ladder, newContact(ladder)])}
        >
          {m.addContact}
        </Button>
      </div>
    </>
  );
}
