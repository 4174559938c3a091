import { BellRing } from 'lucide-react';
import { lazy } from 'react';
import { definePage } from '@/app/page';

/** Without a network its code cannot come; the menu is there all the same. */
const OpenCount = lazy(() => import('./OpenCount').catch(() => ({ default: () => null })));

export const page = definePage({
  path: '/alarms',
  title: { de: 'Alarme', en: 'Alarms' },
  icon: BellRing,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 15,
  shortcut: 'a',
  mark: OpenCount,
  load: () => import('./AlarmsPage'),
});
