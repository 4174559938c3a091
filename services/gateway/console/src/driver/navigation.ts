import type { CommonPosition } from '@/api/schema';

/** An address that the phone opens in its own navigation program. */
export function wayTo(position: CommonPosition, label: string, userAgent: string): string {
  const at = `${position.latitude_deg.toFixed(6)},${position.longitude_deg.toFixed(6)}`;
  // Apple's phones do not know geo: addresses.
  if (/iPhone|iPad|iPod/.test(userAgent)) return `maps://?daddr=${at}`;
  const name = label.replace(/[()]/g, ' ').trim();
  return `geo:${at}?q=${at}${name ? `(${encodeURIComponent(name)})` : ''}`;
}
