import { Recycle } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/yards',
  title: { de: 'Wertstoffhöfe', en: 'Yards' },
  icon: Recycle,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 30,
  shortcut: 'w',
  load: () => import('./YardsPage'),
});
