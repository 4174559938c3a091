import { Trash2 } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/containers/:containerId',
  title: { de: 'Behälter', en: 'Container' },
  icon: Trash2,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 11,
  hidden: true,
  load: () => import('./ContainerPage'),
});
