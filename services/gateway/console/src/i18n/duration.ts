/** Seconds of a duration as protobuf's JSON writes it: `420s`, `1.5s`. */
export function secondsOf(duration: string | undefined): number {
  const seconds = Number(duration?.replace(/s$/, '') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : 0;
}
