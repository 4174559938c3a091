import { TriangleAlert } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/breakdowns',
  title: { de: 'Pannen', en: 'Breakdowns' },
  icon: TriangleAlert,
  roles: ['dispatcher'],
  section: 'rides',
  order: 42,
  load: () => import('./BreakdownsPage'),
});
