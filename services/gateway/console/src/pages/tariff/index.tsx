import { Ticket } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/tariff',
  title: { de: 'Tarif', en: 'Tariff' },
  icon: Ticket,
  roles: ['dispatcher', 'ticketing_system', 'operator', 'auditor'],
  section: 'billing',
  order: 40,
  shortcut: 'i',
  load: () => import('./TariffPage'),
});
