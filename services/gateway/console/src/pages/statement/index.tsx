import { ReceiptText } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/accounts/:accountId/statements/:periodId',
  title: { de: 'Abrechnung', en: 'Statement' },
  icon: ReceiptText,
  roles: ['dispatcher', 'ticketing_system', 'operator'],
  section: 'billing',
  order: 30,
  hidden: true,
  load: () => import('./StatementPage'),
});
