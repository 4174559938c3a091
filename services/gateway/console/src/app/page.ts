import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Language } from '@/i18n/language';

/** As tokens name them. */
export type Role =
  | 'dispatcher'
  | 'driver'
  | 'passenger'
  | 'app_backend'
  | 'ticketing_system'
  | 'depot'
  | 'operator'
  | 'auditor';

export const SECTIONS = ['rides', 'containers', 'billing', 'house'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the shell has to know of a page before its code is loaded. */
export interface Page {
  /** Its address, beginning with a slash; parameters as react-router has them. */
  path: string;
  title: Record<Language, string>;
  icon: LucideIcon;
  /** Who finds it in the menu: callers with any of these roles. */
  roles: readonly Role[];
  section: Section;
  /** Place within its section, smallest first. */
  order: number;
  /** One letter: G and then the letter opens the page. */
  shortcut?: string;
  /** Not in the menu: reached from other pages only. */
  hidden?: boolean;
  /** Shown beside it in the menu: how much waits there. Its code comes after the first page's. */
  mark?: ComponentType;
  load: () => Promise<{ default: ComponentType }>;
}

export function definePage(page: Page): Page {
  return page;
}

const found = import.meta.glob<Page>('../pages/*/index.tsx', { eager: true, import: 'page' });

/** All pages, in the order of the menu. */
export const PAGES: readonly Page[] = Object.values(found).sort(
  (one, other) =>
    SECTIONS.indexOf(one.section) - SECTIONS.indexOf(other.section) ||
    one.order - other.order ||
    one.path.localeCompare(other.path),
);

/** Pages that somebody with these roles has use for. */
export function pagesFor(roles: readonly Role[]): readonly Page[] {
  return PAGES.filter((page) => page.roles.some((role) => roles.includes(role)));
}
