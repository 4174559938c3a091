/** The steps in which a district is made, in their order. */
export const STEP_ORDER = [
  'look',
  'fetch',
  'check',
  'drive',
  'walk',
  'cycle',
  'places',
  'map',
  'timetable',
] as const;
export type Step = (typeof STEP_ORDER)[number];

const BEGINNINGS: readonly (readonly [string, Step])[] = [
  ['looking for', 'look'],
  ['fetching the map', 'fetch'],
  ['checking', 'check'],
  ['roads: minibus', 'drive'],
  ['roads: walk', 'walk'],
  ['roads: bike', 'cycle'],
  ['places', 'places'],
  ['map', 'map'],
  ['timetable', 'timetable'],
];

/** Which step the server's word for it is; the first for a word that is newer than this page. */
export function stepOf(told: string): Step {
  return BEGINNINGS.find(([beginning]) => told.startsWith(beginning))?.[1] ?? 'check';
}
