import { Phone } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/desk',
  title: { de: 'Telefon', en: 'Phone desk' },
  icon: Phone,
  roles: ['dispatcher'],
  section: 'rides',
  order: 10,
  shortcut: 't',
  load: () => import('./DeskPage'),
});
