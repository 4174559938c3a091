import { MapPinned } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/sites',
  title: { de: 'Standorte', en: 'Sites' },
  icon: MapPinned,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 80,
  load: () => import('./SitesPage'),
});
