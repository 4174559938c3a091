import { Truck } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/tours/:tourId',
  title: { de: 'Tour', en: 'Tour' },
  icon: Truck,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 21,
  hidden: true,
  load: () => import('./TourPage'),
});
