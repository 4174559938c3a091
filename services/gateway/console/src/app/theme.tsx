import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import { recall, remember } from '@/app/remembered';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'theme';

interface Chosen {
  theme: Theme;
  choose: (theme: Theme) => void;
}

const ThemeContext = createContext<Chosen>({ theme: 'system', choose: () => undefined });

function firstTheme(): Theme {
  const kept = recall(KEY);
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useState<Theme>(firstTheme);
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const chosen = useMemo(
    () => ({
      theme,
      choose: (next: Theme) => {
        remember(KEY, next);
        setTheme(next);
      },
    }),
    [theme],
  );
  return <ThemeContext value={chosen}>{children}</ThemeContext>;
}

export function useTheme(): Chosen {
  return useContext(ThemeContext);
}

const DARK_QUERY = '(prefers-color-scheme: dark)';

/** Whether colours are dark now, whoever wants them so. */
export function useDark(): boolean {
  const { theme } = useTheme();
  const [system, setSystem] = useState(() => matchMedia(DARK_QUERY).matches);
  useEffect(() => {
    const query = matchMedia(DARK_QUERY);
    const change = () => setSystem(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return theme === 'system' ? system : theme === 'dark';
}
