import { ScrollText } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/audit',
  title: { de: 'Protokoll', en: 'Audit' },
  icon: ScrollText,
  roles: ['auditor'],
  section: 'house',
  order: 80,
  shortcut: 'p',
  load: () => import('./AuditPage'),
});
