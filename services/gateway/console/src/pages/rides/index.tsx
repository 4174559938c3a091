import { ListChecks } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/rides',
  title: { de: 'Fahrten', en: 'Rides' },
  icon: ListChecks,
  roles: ['dispatcher'],
  section: 'rides',
  order: 40,
  shortcut: 'f',
  load: () => import('./RidesPage'),
});
