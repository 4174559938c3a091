import { defineMessages, plural } from '@/i18n/language';

export const messages = defineMessages({
  de: {
    title: 'Ehrenamt und Schichten',
    shifts: 'Schichten',
    vehicles: 'Fahrzeuge',
    newShift: 'Neue Schicht',
    newVehicle: 'Neues Fahrzeug',
    vehicle: 'Fahrzeug',
    zone: 'Gebiet',
    from: 'Beginn',
    until: 'Ende',
    breaks: 'Pausen',
    breakValue: (duration: string, from: string, until: string) =>
      `${duration} zwischen ${from} und ${until}`,
    noShifts: 'An diesem Tag fährt noch niemand',
    noShiftsHint:
      'Ohne Schicht gibt es keine Angebote. Eine Schicht braucht ein Fahrzeug, Beginn, Ende und einen Abstellort.',
    noVehicles: 'Noch kein Fahrzeug',
    noVehiclesHint: 'Bürgerbus, Anrufbus oder Dörpsmobil anlegen; danach Schichten planen.',
    name: 'Name',
    kind: 'Art',
    places: 'Plätze',
    state: 'Stand',
    inService: 'im Dienst',
    outOfService: 'außer Betrieb',
    layout: (seats: number, chairs: number) =>
      chairs > 0
        ? `${seats} Sitze + ${plural('de', chairs, 'Rollstuhl', 'Rollstühle')}`
        : plural('de', seats, 'Sitz', 'Sitze'),
    or: ' oder ',
    cancel: 'Absagen',
    cancelShift: 'Schicht absagen',
    cancelShiftText:
      'Zugesagte Fahrten werden auf andere Schichten gelegt. Geht das für eine nicht, wird die Absage abgelehnt und nichts ändert sich.',
    shiftCancelled: (moved: number) =>
      moved === 0
        ? 'Die Schicht ist abgesagt.'
        : `Die Schicht ist abgesagt; ${plural('de', moved, 'Fahrt', 'Fahrten')} umgelegt.`,
    shiftCreated: 'Die Schicht ist geplant.',
    changeShift: 'Schicht ändern',
    changeShiftText:
      'Zugesagte Fahrten bleiben auf der Schicht, solange sie dort zu halten sind; die übrigen werden umgelegt. Geht das für eine nicht, wird die Änderung abgelehnt und nichts ändert sich.',
    shiftChanged: (moved: number) =>
      moved === 0
        ? 'Die Schicht ist geändert.'
        : `Die Schicht ist geändert; ${plural('de', moved, 'Fahrt', 'Fahrten')} umgelegt.`,
    placeAsBefore: 'wie bisher',
    breakNumber: (number: number) => `Pause ${number}`,
    breakFrom: 'Frühestens',
    breakUntil: 'Spätester Beginn',
    breakMinutes: 'Minuten',
    addBreak: 'Pause hinzufügen',
    removeBreak: (number: number) => `Pause ${number} entfernen`,
    breakReversed: 'Liegt vor „Frühestens“.',
    breakOutside: 'Die Pause endet nach der Schicht.',
    breakTooSoon: 'Liegt vor dem Beginn der Schicht.',
    promisedRides: (more: boolean) => (more ? 'Zum Beispiel diese Fahrten:' : 'Diese Fahrten:'),
    refusals: {
      RIDES_PROMISED:
        'Nicht geändert: Kein Fahrzeug könnte dann halten, was diesen Fahrgästen zugesagt ist, oder es steht schon bei ihnen. Fahrt verschieben oder mit dem Fahrgast sprechen, dann noch einmal.',
      SHIFT_CHANGED:
        'Nicht geändert: Jemand anderes hat die Schicht inzwischen geändert. Sie steht hier jetzt, wie sie ist; was Sie eingegeben haben, bleibt. Bitte ansehen, dann noch einmal.',
      SHIFT_NOT_FOUND: 'Nicht geändert: Diese Schicht gibt es nicht mehr.',
      PASSENGERS_ABOARD: 'Nicht geändert: Es sitzen Fahrgäste im Fahrzeug.',
      SHIFT_UNDER_WAY:
        'Nicht geändert: Das Fahrzeug ist schon gefahren. Fahrzeug, Beginn und Anfangsort bleiben; Ende und spätere Pausen lassen sich ändern.',
      BREAK_TAKEN: 'Nicht geändert: Eine Pause, die schon gemacht ist, bleibt in der Schicht.',
      BREAKS_DO_NOT_FIT: 'Nicht geändert: Die Pausen lassen sich so nicht alle einhalten.',
      SHIFT_OVERLAPS: 'Nicht geändert: Das Fahrzeug hat um diese Zeit schon eine Schicht.',
      SHIFT_OVER: 'Nicht geändert: Die Schicht ist vorbei. Für später eine neue anlegen.',
      TIME_IN_PAST: 'Nicht geändert: Das Ende liegt in der Vergangenheit.',
      SERVICE_DATE_IS_FIXED:
        'Nicht geändert: Eine Schicht bleibt an ihrem Betriebstag. Für einen anderen Tag eine neue anlegen.',
      ZONE_IS_FIXED: 'Nicht geändert: Das Fahrzeug gehört zu einem anderen Gebiet.',
      NO_ROAD_NEARBY: 'Nicht geändert: In der Nähe des Ortes ist keine Straße.',
    } as Record<string, string>,
    vehicleSaved: 'Das Fahrzeug ist gespeichert.',
    vehicleDeleted: 'Das Fahrzeug ist gelöscht.',
    remove: 'Löschen',
    start: 'Beginnt am Ort',
    end: 'Endet am Ort',
    timeHint: 'z. B. 7:30',
    badTime: 'Bitte eine Uhrzeit wie 7:30.',
    endBeforeStart: 'Das Ende liegt vor dem Beginn.',
    seats: 'Sitzplätze',
    wheelchairs: 'Rollstuhlplätze',
    id: 'Kennung',
    idHint: 'Buchstaben, Ziffern, . _ : -',
    driverLink: 'Fahrerlink',
    driverLinkOf: (vehicle: string) => `Fahrerlink für ${vehicle}`,
    driverLinkAbout:
      'Wer den Link öffnet, fährt dieses Fahrzeug: sieht dessen Fahrten und meldet, was unterwegs geschieht. Sonst nichts.',
    makeLink: 'Link erstellen',
    staysSignedIn: 'Das Telefon bleibt angemeldet',
    forShift: 'für eine Schicht (14 Std.)',
    forMonth: '30 Tage, für ein Telefon im Fahrzeug',
    qr: 'QR-Code mit dem Link: mit der Kamera des Telefons öffnen',
    linkGood: (until: string) => `Einmal zu benutzen, gültig bis ${until}.`,
    link: 'Link',
    copy: 'Kopieren',
    copied: 'Der Link ist kopiert.',
    volunteers:
      'Wer fährt, steht nicht hier: Fahrerinnen und Fahrer melden sich mit ihrem Fahrzeug an, ihre Namen speichert Landlinie nicht.',
  },
  en: {
    title: 'Volunteers and shifts',
    shifts: 'Shifts',
    vehicles: 'Vehicles',
    newShift: 'New shift',
    newVehicle: 'New vehicle',
    vehicle: 'Vehicle',
    zone: 'Zone',
    from: 'Start',
    until: 'End',
    breaks: 'Breaks',
    breakValue: (duration: string, from: string, until: string) => `${duration} between ${from} and ${until}`,
    noShifts: 'Nobody drives on this day yet',
    noShiftsHint:
      'Without a shift there are no offers. A shift needs a vehicle, a start, an end, and a place where it is parked.',
    noVehicles: 'No vehicle yet',
    noVehiclesHint: 'Add a Bürgerbus, an on-call bus or a Dörpsmobil; then plan shifts.',
    name: 'Name',
    kind: 'Kind',
    places: 'Places',
    state: 'State',
    inService: 'in service',
    outOfService: 'out of service',
    layout: (seats: number, chairs: number) =>
      chairs > 0
        ? `${seats} seats + ${plural('en', chairs, 'wheelchair', 'wheelchairs')}`
        : plural('en', seats, 'seat', 'seats'),
    or: ' or ',
    cancel: 'Cancel',
    cancelShift: 'Cancel shift',
    cancelShiftText:
      'Promised rides move to other shifts. Where one cannot, the cancellation is refused and nothing changes.',
    shiftCancelled: (moved: number) =>
      moved === 0
        ? 'The shift is cancelled.'
        : `The shift is cancelled; ${plural('en', moved, 'ride', 'rides')} moved.`,
    shiftCreated: 'The shift is planned.',
    changeShift: 'Change shift',
    changeShiftText:
      'Promised rides stay on the shift as long as it can keep them; the others move. Where one cannot, the change is refused and nothing changes.',
    shiftChanged: (moved: number) =>
      moved === 0
        ? 'The shift is changed.'
        : `The shift is changed; ${plural('en', moved, 'ride', 'rides')} moved.`,
    placeAsBefore: 'as before',
    breakNumber: (number: number) => `Break ${number}`,
    breakFrom: 'Not before',
    breakUntil: 'Begins at the latest',
    breakMinutes: 'Minutes',
    addBreak: 'Add a break',
    removeBreak: (number: number) => `Remove break ${number}`,
    breakReversed: 'Is before “Not before”.',
    breakOutside: 'The break ends after the shift.',
    breakTooSoon: 'Is before the start of the shift.',
    promisedRides: (more: boolean) => (more ? 'These rides, for example:' : 'These rides:'),
    refusals: {
      RIDES_PROMISED:
        'Not changed: no vehicle could keep what these passengers were promised, or it is with them already. Move the ride or talk to the passenger, then try again.',
      SHIFT_CHANGED:
        'Not changed: somebody else has changed the shift meanwhile. It is shown as it is now; what you entered stays. Please have a look, then try again.',
      SHIFT_NOT_FOUND: 'Not changed: this shift is no longer there.',
      PASSENGERS_ABOARD: 'Not changed: there are passengers in the vehicle.',
      SHIFT_UNDER_WAY:
        'Not changed: the vehicle has driven already. Vehicle, start and place of start stay; the end and later breaks can be changed.',
      BREAK_TAKEN: 'Not changed: a break that has been taken stays in the shift.',
      BREAKS_DO_NOT_FIT: 'Not changed: the breaks cannot all be taken like that.',
      SHIFT_OVERLAPS: 'Not changed: the vehicle has a shift at that time already.',
      SHIFT_OVER: 'Not changed: the shift is over. Plan a new one for later.',
      TIME_IN_PAST: 'Not changed: the end is in the past.',
      SERVICE_DATE_IS_FIXED: 'Not changed: a shift stays on its service day. Plan a new one for another day.',
      ZONE_IS_FIXED: 'Not changed: the vehicle belongs to another zone.',
      NO_ROAD_NEARBY: 'Not changed: there is no road near the place.',
    } as Record<string, string>,
    vehicleSaved: 'The vehicle is saved.',
    vehicleDeleted: 'The vehicle is deleted.',
    remove: 'Delete',
    start: 'Starts at',
    end: 'Ends at',
    timeHint: 'e.g. 7:30',
    badTime: 'Please give a time like 7:30.',
    endBeforeStart: 'The end is before the start.',
    seats: 'Seats',
    wheelchairs: 'Wheelchair places',
    id: 'Id',
    idHint: 'letters, digits, . _ : -',
    driverLink: 'Driver link',
    driverLinkOf: (vehicle: string) => `Driver link for ${vehicle}`,
    driverLinkAbout:
      'Who opens the link drives this vehicle: sees its rides and reports what happens on the way. Nothing else.',
    makeLink: 'Make a link',
    staysSignedIn: 'The phone stays signed in',
    forShift: 'for a shift (14 h)',
    forMonth: '30 days, for a phone in the vehicle',
    qr: 'QR code with the link: open it with the phone’s camera',
    linkGood: (until: string) => `Can be used once, until ${until}.`,
    link: 'Link',
    copy: 'Copy',
    copied: 'The link is copied.',
    volunteers:
      'Who drives is not listed: drivers sign in with their vehicle, Landlinie does not keep their names.',
  },
});
