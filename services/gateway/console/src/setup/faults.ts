/**
 * What is wrong with an entry, for people: in the page's own words, then as the server told it, in English.
 *
 * Fields without words are told as the server does.
 */
export function toldFault(field: string, why: string, words: Readonly<Record<string, string>>): string {
  const vehicle = /^vehicles\[\d+\]/.exec(field);
  const name = vehicle ? `vehicles${field.slice(vehicle[0].length)}` : field.replace(/\[\d+\]$/, '');
  const told = words[name] ?? (vehicle ? words.vehicles : undefined);
  if (!told) return why;
  return why ? `${told} (${why})` : told;
}
