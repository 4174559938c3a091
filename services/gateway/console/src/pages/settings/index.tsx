import { Settings } from 'lucide-react';
import { definePage } from '@/app/page';

export const page = definePage({
  path: '/settings',
  title: { de: 'Einstellungen', en: 'Settings' },
  icon: Settings,
  roles: ['dispatcher', 'depot', 'operator', 'auditor', 'ticketing_system', 'driver', 'passenger'],
  section: 'house',
  order: 90,
  shortcut: 'e',
  load: () => import('./SettingsPage'),
});
