import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { JourneysBooking } from '@/api/schema';
import { EventStream } from '@/live/event_stream';
import { bookingNow } from './calls';

const OVER = new Set(['BOOKING_STATE_FAILED', 'BOOKING_STATE_CANCELLED']);

export const bookingKey = (bookingId: string) => ['booking', bookingId] as const;

/** A booking as it is, and at once as it becomes; the line is taken up again after every interruption. */
export function useBooking(bookingId: string) {
  const queries = useQueryClient();
  const booking = useQuery({
    queryKey: bookingKey(bookingId),
    queryFn: async () => (await bookingNow(bookingId)) ?? null,
  });
  const watched = booking.data != null && !OVER.has(booking.data.state);
  useEffect(() => {
    if (!watched) return;
    const stream = new EventStream({
      url: `/v1/bookings/${encodeURIComponent(bookingId)}/watch`,
      onEvent: ({ data }) => {
        const told = (JSON.parse(data) as { booking?: JourneysBooking }).booking;
        if (told) queries.setQueryData(bookingKey(bookingId), told);
      },
      onState: (state) => {
        // What happened while the line was cut is in the first event after it; a refusal is shown by asking.
        if (state === 'refused') void queries.invalidateQueries({ queryKey: bookingKey(bookingId) });
      },
    });
    stream.open();
    return () => stream.close();
  }, [watched, bookingId, queries]);
  return booking;
}
