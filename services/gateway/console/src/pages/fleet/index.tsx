import { BusFront } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/fleet',
  title: { de: 'Schichten', en: 'Shifts' },
  icon: BusFront,
  roles: ['dispatcher', 'operator'],
  section: 'rides',
  order: 50,
  shortcut: 's',
  load: () => import('./FleetPage'),
});
