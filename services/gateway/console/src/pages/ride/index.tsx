import { ListChecks } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/rides/:rideId',
  title: { de: 'Fahrt', en: 'Ride' },
  icon: ListChecks,
  roles: ['dispatcher'],
  section: 'rides',
  order: 41,
  hidden: true,
  load: () => import('./RidePage'),
});
