import { defineMessages } from '@/i18n/language';

export const messages = defineMessages({
  de: {
    title: 'Anmelden',
    about:
      'Öffnen Sie den Link, den „landlinie up“ beim Start zeigt, oder fügen Sie hier Ihr Zugangstoken ein.',
    token: 'Zugangstoken oder Anmeldecode',
    enter: 'Anmelden',
    wrong: 'Damit ist keine Anmeldung möglich: abgelaufen, schon benutzt oder falsch abgeschrieben.',
    unreachable: 'Der Server antwortet nicht. Bitte gleich noch einmal versuchen.',
    signingIn: 'Sie werden angemeldet …',
  },
  en: {
    title: 'Sign in',
    about: 'Open the link that “landlinie up” shows when it starts, or paste your access token here.',
    token: 'Access token or sign-in code',
    enter: 'Sign in',
    wrong: 'This does not sign you in: expired, used already, or mistyped.',
    unreachable: 'The server does not answer. Please try again in a moment.',
    signingIn: 'Signing you in …',
  },
});
