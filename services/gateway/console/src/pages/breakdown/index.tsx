import { TriangleAlert } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/breakdowns/:breakdownId',
  title: { de: 'Panne', en: 'Breakdown' },
  icon: TriangleAlert,
  roles: ['dispatcher'],
  section: 'rides',
  order: 43,
  hidden: true,
  load: () => import('./BreakdownPage'),
});
