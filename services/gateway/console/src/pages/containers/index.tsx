import { Trash2 } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/containers',
  title: { de: 'Behälter', en: 'Containers' },
  icon: Trash2,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 10,
  shortcut: 'b',
  load: () => import('./ContainersPage'),
});
