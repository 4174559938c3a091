import { Choice } from '@/components/Choice';
import { LANGUAGES, useLanguage, useMessages } from '@/i18n/language';
import { messages } from './messages';

/** German or English; every name in its own language. */
export function LanguageChoice() {
  const m = useMessages(messages);
  const { language, choose } = useLanguage();
  return (
    <Choice
      label={m.language}
      value={language}
      options={LANGUAGES.map((name) => ({ value: name, label: name.toUpperCase() }))}
      onChange={choose}
    />
  );
}
