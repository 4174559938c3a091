import { defineMessages } from '@/i18n/language';

export const messages = defineMessages({
  de: {
    title: 'Rundgang durch die Demo',
    station: (number: number, of: number) => `${number} von ${of}`,
    back: 'Zurück',
    next: 'Weiter',
    begin: 'Los',
    finish: 'Fertig',
    close: 'Rundgang schließen',
    again: 'Rundgang durch die Demo zeigen',
    stations: {
      welcome:
        'Das ist Landlinie mit echten Straßen und Fahrplänen rund um Neubrandenburg. Fahrgäste, Fahrer und Sensoren sind erfunden. Hier geht nichts kaputt: Probieren Sie alles aus.',
      desk: 'Jemand ruft an: Von, Nach und Wann tippen, während er spricht. Angebote kommen von selbst; Strg+Enter bucht. Versuchen Sie „burg starg bahnh“ nach „klinikum“, „morgen 10“.',
      map: 'Wo alle Fahrzeuge sind und was sie vorhaben. Ein Klick sagt, was etwas ist und was man tun kann – auch eine Straße sperren.',
      timeline:
        'Jede Zeile ein Fahrzeug. Eine Fahrt lässt sich auf ein anderes ziehen; was das kostet, steht sofort da.',
      containers:
        'Wie voll die Wertstoffbehälter sind: rot zuerst. Ein Klick zeigt Verlauf und Vorhersage, „Warum?“ die Gründe.',
      tours:
        'Vorgeschlagene Touren, mit dem Grund für jeden Behälter. Gefahren wird erst, was jemand freigibt.',
      own: 'Für Ihr eigenes Gebiet: die Demo beenden und „./dev landlinie up --data-dir mein-gebiet“ starten; eine Seite fragt nach Karte, Fahrplan und Fahrzeugen.',
    },
  },
  en: {
    title: 'A tour of the demo',
    station: (number: number, of: number) => `${number} of ${of}`,
    back: 'Back',
    next: 'Next',
    begin: 'Begin',
    finish: 'Done',
    close: 'Close the tour',
    again: 'Show the tour of the demo',
    stations: {
      welcome:
        'This is Landlinie with real roads and timetables around Neubrandenburg. Passengers, drivers and sensors are made up. Nothing can break here: try everything.',
      desk: 'Somebody calls: type from, to and when while they speak. Offers come by themselves; Ctrl+Enter books. Try “burg starg bahnh” to “klinikum”, “tomorrow 10”.',
      map: 'Where all vehicles are, and what they are about to do. A click says what something is and what can be done – closing a road, too.',
      timeline: 'Each row is a vehicle. Drag a ride to another one; what that costs is there at once.',
      containers:
        'How full the recycling containers are: red ones first. A click shows course and forecast, “Why?” the reasons.',
      tours: 'Proposed tours, with the reason for each container. Only what somebody approves is driven.',
      own: 'For your own district: end the demo and start “./dev landlinie up --data-dir my-district”; a page asks for map, timetable and vehicles.',
    },
  },
});
