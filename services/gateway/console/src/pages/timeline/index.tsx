import { ChartGantt } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/timeline',
  title: { de: 'Zeitplan', en: 'Timeline' },
  icon: ChartGantt,
  roles: ['dispatcher'],
  section: 'rides',
  order: 30,
  shortcut: 'z',
  load: () => import('./TimelinePage'),
});
