import { Map as MapIcon } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/map',
  title: { de: 'Karte', en: 'Map' },
  icon: MapIcon,
  roles: ['dispatcher', 'depot', 'operator'],
  section: 'rides',
  order: 10,
  shortcut: 'k',
  load: () => import('./MapPage'),
});
