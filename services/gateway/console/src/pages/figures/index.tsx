import { ChartColumn } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/figures',
  title: { de: 'Zahlen', en: 'Figures' },
  icon: ChartColumn,
  roles: ['dispatcher', 'depot', 'operator', 'auditor'],
  section: 'house',
  order: 10,
  shortcut: 'n',
  load: () => import('./FiguresPage'),
});
