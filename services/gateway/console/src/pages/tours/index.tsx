import { Truck } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/tours',
  title: { de: 'Touren', en: 'Tours' },
  icon: Truck,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 20,
  shortcut: 'o',
  load: () => import('./ToursPage'),
});
