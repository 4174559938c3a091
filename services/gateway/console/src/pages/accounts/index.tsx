import { ReceiptText } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/accounts',
  title: { de: 'Abrechnungen', en: 'Statements' },
  icon: ReceiptText,
  roles: ['dispatcher', 'ticketing_system', 'operator'],
  section: 'billing',
  order: 10,
  shortcut: 'r',
  load: () => import('./AccountsPage'),
});
