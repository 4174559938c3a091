import { defineMessages, plural } from '@/i18n/language';

interface DeviceWords {
  kinds: Record<string, string>;
  on: string;
}

const DEVICES: Record<'de' | 'en', DeviceWords> = {
  de: { kinds: { other: 'Gerät', phone: 'Telefon', tablet: 'Tablet', computer: 'Rechner' }, on: 'auf' },
  en: { kinds: { other: 'Device', phone: 'Phone', tablet: 'Tablet', computer: 'Computer' }, on: 'on' },
};

/** "Telefon, Firefox auf Android", as much of it as is known. */
function deviceIn(words: DeviceWords, device: string, browser: string, system: string): string {
  const named = [browser, system].filter(Boolean).join(` ${words.on} `);
  return [words.kinds[device] ?? words.kinds.other, named].filter(Boolean).join(', ');
}

export const messages = defineMessages({
  de: {
    title: 'Einstellungen',
    look: 'Darstellung',
    lookHint: 'Gilt für diesen Browser.',
    access: 'Anmeldung',
    subject: 'Angemeldet als',
    roles: 'Rollen',
    until: 'Gültig bis',
    signOut: 'Abmelden',
    roleNames: {
      '': 'andere',
      dispatcher: 'Disposition',
      driver: 'Fahrerin oder Fahrer',
      passenger: 'Fahrgast',
      app_backend: 'App',
      ticketing_system: 'Ticketsystem',
      depot: 'Betriebshof',
      operator: 'Betrieb',
      auditor: 'Prüfung',
    } as Record<string, string>,
    signedIn: 'Wer angemeldet ist',
    signedInAbout:
      'Ging ein Telefon verloren, meldet man es hier ab: ab dem nächsten Aufruf bekommt es nichts mehr zu sehen.',
    people: 'Mitarbeitende',
    guests: 'Gäste',
    nobody: 'Niemand.',
    who: 'Kennung',
    device: 'Gerät',
    since: 'Angemeldet',
    seen: 'Zuletzt',
    thisOne: 'dieser Browser',
    notKnownYet: 'noch nicht bekannt',
    deviceOf: (device: string, browser: string, system: string) =>
      deviceIn(DEVICES.de, device, browser, system),
    signOutOf: (subject: string) => `${subject} abmelden`,
    signOutAbout: (device: string) =>
      `${device}. „Überall“ meldet alle Geräte mit dieser Kennung ab und nimmt Links zurück, denen noch niemand gefolgt ist.`,
    onlyThis: 'Nur dieses Gerät abmelden',
    everywhere: 'Überall abmelden',
    signedOut: 'Abgemeldet.',
    signedOutEverywhere: (sessions: number, links: number) =>
      `${plural('de', sessions, 'Gerät', 'Geräte')} abgemeldet${links ? `, ${plural('de', links, 'Link', 'Links')} zurückgenommen` : ''}.`,
    services: 'Dienste',
    answers: 'antwortet',
    silent: 'antwortet nicht',
    about: 'Über Landlinie',
    aboutText: 'Offene Software für Fahrten auf Abruf, Abfuhr nach Bedarf und Bestpreis im ländlichen Raum.',
    api: 'Beschreibung aller Aufrufe (OpenAPI)',
    mapData: 'Karten- und Straßendaten: © OpenStreetMap-Mitwirkende (ODbL).',
  },
  en: {
    title: 'Settings',
    look: 'Look',
    lookHint: 'Holds for this browser.',
    access: 'Sign-in',
    subject: 'Signed in as',
    roles: 'Roles',
    until: 'Valid until',
    signOut: 'Sign out',
    roleNames: {
      '': 'other',
      dispatcher: 'dispatch',
      driver: 'driver',
      passenger: 'passenger',
      app_backend: 'app',
      ticketing_system: 'ticketing system',
      depot: 'depot',
      operator: 'operations',
      auditor: 'audit',
    } as Record<string, string>,
    signedIn: 'Who is signed in',
    signedInAbout: 'When a phone is lost, sign it out here: it is shown nothing more from its next call on.',
    people: 'Staff',
    guests: 'Guests',
    nobody: 'Nobody.',
    who: 'Who',
    device: 'Device',
    since: 'Signed in',
    seen: 'Last seen',
    thisOne: 'this browser',
    notKnownYet: 'not known yet',
    deviceOf: (device: string, browser: string, system: string) =>
      deviceIn(DEVICES.en, device, browser, system),
    signOutOf: (subject: string) => `Sign out ${subject}`,
    signOutAbout: (device: string) =>
      `${device}. “Everywhere” signs out all devices of this name and takes back links that nobody followed yet.`,
    onlyThis: 'Sign out this device only',
    everywhere: 'Sign out everywhere',
    signedOut: 'Signed out.',
    signedOutEverywhere: (sessions: number, links: number) =>
      `${plural('en', sessions, 'device', 'devices')} signed out${links ? `, ${plural('en', links, 'link', 'links')} taken back` : ''}.`,
    services: 'Services',
    answers: 'answers',
    silent: 'does not answer',
    about: 'About Landlinie',
    aboutText: 'Open software for rides on demand, collection by need and best price in rural districts.',
    api: 'Description of all calls (OpenAPI)',
    mapData: 'Map and road data: © OpenStreetMap contributors (ODbL).',
  },
});
