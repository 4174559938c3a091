import type { PoolingBreakdownReason } from '@/api/schema';
import type { Report } from './reports';

/** What may have happened, the usual first. */
export const REASONS: readonly PoolingBreakdownReason[] = [
  'BREAKDOWN_REASON_TECHNICAL',
  'BREAKDOWN_REASON_TYRE',
  'BREAKDOWN_REASON_OUT_OF_ENERGY',
  'BREAKDOWN_REASON_ACCIDENT',
  'BREAKDOWN_REASON_DRIVER',
  'BREAKDOWN_REASON_OTHER',
];

/** Within this time after it was taken, a plan may come that does not know it yet. */
const CATCHING_UP_MS = 10_000;

interface Told {
  /** When the plan was told last, by the phone's clock. */
  received: number;
  /** Whether it still has something to do. */
  goesOn: boolean;
}

/**
 * The breakdown that holds now, of a vehicle's reports in the order in which things happened.
 *
 * It is over once the driver reports something else, or the services give the vehicle something to do again.
 */
export function breakdownNow(reports: readonly Report[], vehicleId: string, told: Told): Report | null {
  const last = reports.findLast(({ what, state }) => what.vehicle_id === vehicleId && state !== 'refused');
  if (last?.what.kind !== 'breakdown' && last?.what.kind !== 'tour_breakdown') return null;
  if (last.state === 'waiting' || !told.goesOn) return last;
  return told.received < (last.settled ?? 0) + CATCHING_UP_MS ? last : null;
}
