import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { recall, remember } from '@/app/remembered';

export const LANGUAGES = ['de', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'language';

interface Chosen {
  language: Language;
  choose: (language: Language) => void;
}

const LanguageContext = createContext<Chosen>({ language: 'de', choose: () => undefined });

/** What was chosen here before; else English where the browser asks for it before German; else German. */
function firstLanguage(): Language {
  const kept = recall(KEY);
  if (kept === 'de' || kept === 'en') return kept;
  const wanted = navigator.languages
    .map((name) => name.slice(0, 2))
    .find((name) => name === 'de' || name === 'en');
  return wanted === 'en' ? 'en' : 'de';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const chosen = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        remember(KEY, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <LanguageContext value={chosen}>{children}</LanguageContext>;
}

export function useLanguage(): Chosen {
  return useContext(LanguageContext);
}

type Told<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [Key in keyof T]: Told<T[Key]> };

export interface Messages<T> {
  de: T;
  en: Told<T>;
}

/** All that a page or component says. English has to have exactly what German has, or it does not compile. */
export function defineMessages<const T>(messages: Messages<T>): Messages<T> {
  return messages;
}

/** Messages in the language that is chosen. */
export function useMessages<T>(messages: Messages<T>): Told<T> {
  return messages[useLanguage().language] as Told<T>;
}

/** A count with its noun, by the language's own rules. */
export function plural(language: Language, count: number, one: string, other: string): string {
  const form = new Intl.PluralRules(language).select(count) === 'one' ? one : other;
  return `${new Intl.NumberFormat(LOCALES[language]).format(count)} ${form}`;
}

export const LOCALES: Record<Language, string> = { de: 'de-DE', en: 'en-GB' };

/** The word for a code; of codes that are newer than this console, the first word, which is the unspecified one's. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? Object.values(words)[0] ?? code;
}
