import { ReceiptText } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/accounts/:accountId',
  title: { de: 'Konto', en: 'Account' },
  icon: ReceiptText,
  roles: ['dispatcher', 'ticketing_system', 'operator'],
  section: 'billing',
  order: 20,
  hidden: true,
  load: () => import('./AccountPage'),
});
