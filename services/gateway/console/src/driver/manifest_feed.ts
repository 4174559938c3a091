import type { PoolingPlan, WasteTour, WasteTourChange } from '@/api/schema';
import { EventStream, type LiveState } from '@/live/event_stream';
import type { ServerClock } from './server_clock';

/** What the driver works through: the tours of a vehicle, or a truck's tour. */
export type Work =
  | { kind: 'vehicle'; vehicle_id: string; zone_id: string; name: string }
  | { kind: 'tour'; vehicle_id: string; tour_id: string; name: string; service_date: string };

export interface Heard {
  onPlan: (plan: PoolingPlan) => void;
  onTour: (tour: WasteTour, changes: readonly WasteTourChange[]) => void;
  onLine: (line: LiveState) => void;
}

const part = encodeURIComponent;

/** Follows what the driver works through until closed; comes back after every interruption. */
export function follow(work: Work, clock: ServerClock, heard: Heard): EventStream {
  const url =
    work.kind === 'vehicle'
      ? `/v1/zones/${part(work.zone_id)}/plan/watch`
      : `/v1/tours/${part(work.tour_id)}/manifest/watch`;
  return new EventStream({
    url,
    onState: heard.onLine,
    onEvent: ({ type, data }) => {
      if (type !== 'message') return;
      const told = JSON.parse(data) as {
        plan?: PoolingPlan;
        tour?: WasteTour;
        changes?: WasteTourChange[];
      };
      if (told.plan) heard.onPlan(told.plan);
      if (told.tour) heard.onTour(told.tour, told.changes ?? []);
    },
    fetch: async (...asked) => {
      const askedAt = Date.now();
      const response = await fetch(...asked);
      clock.hear(response.headers.get('Date'), askedAt);
      return response;
    },
  });
}
