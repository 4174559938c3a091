import { FileDown } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/exports',
  title: { de: 'Exporte', en: 'Exports' },
  icon: FileDown,
  roles: ['depot', 'operator'],
  section: 'containers',
  order: 40,
  shortcut: 'x',
  load: () => import('./ExportsPage'),
});
