import { defineMessages } from '@/i18n/language';

export const messages = defineMessages({
  de: {
    hint: 'Ort, Straße, Haltestelle …',
    nothingCalledSo: 'So heißt hier nichts.',
    stopsOnly: 'Nur Haltestellen: Die Adresssuche antwortet gerade nicht.',
    searching: 'Wird gesucht …',
  },
  en: {
    hint: 'Village, street, stop …',
    nothingCalledSo: 'Nothing here is called so.',
    stopsOnly: 'Stops only: the address search does not answer at the moment.',
    searching: 'Searching …',
  },
});
