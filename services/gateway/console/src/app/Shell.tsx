import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { NavLink, Outlet, useLocation, useMatches, useNavigate, useNavigation } from 'react-router';
import { IconButton } from '@/components/Button';
import { classes } from '@/components/classes';
import { Toasts } from '@/components/toasts';
import { useLanguage, useMessages } from '@/i18n/language';
import { signOut } from '@/session/calls';
import { useSession } from '@/session/session';
import { Banners } from './Banners';
import { ConnectionBadge } from './ConnectionBadge';
import { type Command, useCommands } from './commands';
import { Keys } from './Keys';
import { LanguageChoice } from './LanguageChoice';
import { Loading } from './Loading';
import { messages } from './messages';
import { isOfWaste, useWasteOffered } from './offered';
import { Palette } from './Palette';
import { PAGES, type Page, pagesFor, SECTIONS } from './page';
import styles from './Shell.module.css';

/** Without a network its code cannot come; everything else is there all the same. */
const BrokenNow = lazy(() => import('@/pages/breakdown/BrokenNow').catch(() => ({ default: () => null })));
const DemoTour = lazy(() => import('@/demo/DemoTour'));

/** What is around every page: menu, connection, commands, messages. */
export function Shell() {
  const m = useMessages(messages);
  const { language, choose } = useLanguage();
  const session = useSession().data;
  const navigate = useNavigate();
  const { state } = useNavigation();
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const hasWaste = useWasteOffered();
  const pages = useMemo(
    () => pagesFor(session?.roles ?? []).filter((page) => !page.hidden && (hasWaste || !isOfWaste(page))),
    [session, hasWaste],
  );
  usePageTitle();
  useFocusOnNewPage(main, () => setMenuOpen(false));

  const leave = useCallback(async () => {
    await signOut();
    // Everything that was loaded goes with the page.
    location.assign('/');
  }, []);

  const commands = useMemo<Command[]>(
    () => [
      ...pages.map((page) => ({
        id: `page:${page.path}`,
        label: page.title[language],
        ...(page.shortcut ? { keys: `g ${page.shortcut}` } : {}),
        run: () => void navigate(page.path),
      })),
      { id: 'palette', label: m.commands, keys: '?', run: () => setPaletteOpen(true) },
      {
        id: 'palette-typing',
        label: m.search,
        keys: 'Ctrl+k',
        whileTyping: true,
        run: () => setPaletteOpen(true),
      },
      {
        id: 'language',
        label: `${m.language}: ${language === 'de' ? 'English' : 'Deutsch'}`,
        run: () => choose(language === 'de' ? 'en' : 'de'),
      },
      { id: 'sign-out', label: m.signOut, run: () => void leave() },
    ],
    [pages, language, m, navigate, choose, leave],
  );
  useCommands(commands);

  return (
    <div className={styles.shell}>
      <a className={classes(styles.skip, 'only-read-aloud')} href="#main">
        {m.skip}
      </a>
      <header className={styles.top}>
        <IconButton
          className={styles.menuButton}
          label={m.openMenu}
          aria-expanded={menuOpen}
          onClick={() => setMenuOpen(!menuOpen)}
        >
          <MenuIcon aria-hidden="true" />
        </IconButton>
        <NavLink to="/" className={styles.brand}>
          <img src="/icon.svg" alt="" width="26" height="26" />
          {BRAND}
        </NavLink>
        {session && <span className={styles.district}>{session.district_name}</span>}
        <ConnectionBadge />
        <span className={styles.gap} />
        <button
          type="button"
          className={styles.search}
          aria-label={m.commands}
          onClick={() => setPaletteOpen(true)}
        >
          <Search aria-hidden="true" />
          <span>{m.commands}</span>
          <Keys keys="?" />
        </button>
        <LanguageChoice />
      </header>
      <nav className={classes(styles.menu, menuOpen && styles.open)} aria-label={m.menu}>
        {SECTIONS.map((section) => {
          const inSection = pages.filter((page) => page.section === section);
          if (inSection.length === 0) return null;
          return (
            <section key={section} aria-labelledby={`menu-${section}`}>
              <h2 id={`menu-${section}`}>{m.sections[section]}</h2>
              <ul>
                {inSection.map((page) => (
                  <li key={page.path}>
                    <MenuLink page={page} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </nav>
      <div className={styles.content}>
        <Banners />
        {session?.roles.includes('dispatcher') && (
          <Suspense fallback={null}>
            <BrokenNow />
          </Suspense>
        )}
        {session?.demo && (
          <Suspense fallback={null}>
            <DemoTour />
          </Suspense>
        )}
        <main id="main" ref={main} tabIndex={-1} className={styles.main} aria-busy={state === 'loading'}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Palette open={paletteOpen} onClose={() => setPaletteOpen(false)} />
      <Toasts />
    </div>
  );
}

const BRAND = 'Landlinie';

function MenuLink({ page }: { page: Page }) {
  const { language } = useLanguage();
  const Icon = page.icon;
  return (
    <NavLink to={page.path} className={({ isActive }) => classes(styles.link, isActive && styles.current)}>
      <Icon aria-hidden="true" />
      <span>{page.title[language]}</span>
      {page.mark && (
        <Suspense fallback={null}>
          <page.mark />
        </Suspense>
      )}
      {page.shortcut && <kbd aria-hidden="true">{`G ${page.shortcut.toUpperCase()}`}</kbd>}
    </NavLink>
  );
}

/** The window's title is the page's. */
function usePageTitle() {
  const { language } = useLanguage();
  const { pathname } = useLocation();
  const last = useMatches().at(-1);
  const page = PAGES.find((candidate) => last && matches(candidate, last.pathname || pathname));
  useEffect(() => {
    document.title = page ? `${page.title[language]} – ${BRAND}` : BRAND;
  }, [page, language]);
}

function matches(page: Page, pathname: string): boolean {
  const fixed = page.path.split('/:')[0] ?? page.path;
  return pathname === fixed || pathname.startsWith(`${fixed}/`);
}

/**
 * After a change of page, keys and screen readers go on in its content, unless it has put the focus itself, or the
 * tour led there: whoever walks it presses its button again.
 */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>, then: () => void) {
  const { pathname } = useLocation();
  const first = useRef(true);
  const after = useRef(then);
  after.current = then;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what it is about
  useEffect(() => {
    after.current();
    if (first.current) {
      first.current = false;
      return;
    }
    if (document.activeElement?.closest('[data-keeps-focus]')) return;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}
