import { useQueryClient } from '@tanstack/react-query';
import { Copy, MapPinned } from 'lucide-react';
import { useRef, useState } from 'react';
import { newKey } from '@/api/client';
import { Problem } from '@/api/problem';
import type { JourneysBooking } from '@/api/schema';
import { Failure, useTold } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Button } from '@/components/Button';
import { Modal } from '@/components/Modal';
import { useMessages, wordFor } from '@/i18n/language';
import { goTo } from './address';
import { ComingTold } from './ComingTold';
import { cancel } from './calls';
import { canCancel } from './coming';
import { Summary } from './JourneyCard';
import { LegList } from './LegList';
import { messages } from './messages';
import styles from './ride.module.css';
import { bookingKey, useBooking } from './watching';

/** One booking, as it becomes. */
export function BookingView({ bookingId }: { bookingId: string }) {
  const m = useMessages(messages);
  const booking = useBooking(bookingId);
  if (booking.isPending) return <Loading />;
  const gone = booking.error instanceof Problem && [400, 403, 404].includes(booking.error.status);
  if (gone || booking.data === null) {
    return (
      <section className={styles.card}>
        <h1>{m.noBooking}</h1>
        <p>{m.noBookingHint}</p>
      </section>
    );
  }
  if (!booking.data) return <Failure error={booking.error} onAgain={() => void booking.refetch()} />;
  return <Shown booking={booking.data} />;
}

function Shown({ booking }: { booking: JourneysBooking }) {
  const m = useMessages(messages);
  const { journey, state } = booking;
  const [asking, setAsking] = useState(false);
  const pickup = journey?.legs.find((leg) => leg.pooled)?.pooled?.offer?.pickup;
  const { latitude_deg, longitude_deg } = pickup?.position ?? {};
  const open = state === 'BOOKING_STATE_BOOKED';
  return (
    <>
      <h1>{wordFor(m.states, state)}</h1>
      {open && <ComingTold booking={booking} />}
      {state === 'BOOKING_STATE_FAILED' && booking.message && (
        <p className={styles.warning}>{booking.message}</p>
      )}
      {journey && (
        <section className={styles.card}>
          <Summary journey={{ ...journey, reasons: [] }} heading="h2" />
          <LegList legs={journey.legs} booked={booking.legs} connections={booking.connections} />
          {open && pickup && (
            <p className={styles.soft}>
              {m.pickupAt}
              {': '}
              {pickup.label}
              {latitude_deg !== undefined && longitude_deg !== undefined && (
                <>
                  {' · '}
                  <a href={`geo:${latitude_deg},${longitude_deg}?q=${latitude_deg},${longitude_deg}`}>
                    <MapPinned aria-hidden="true" className={styles.inline} /> {m.walkThere}
                  </a>
                </>
              )}
            </p>
          )}
        </section>
      )}
      <section className={styles.card}>
        <p>
          {m.reference}
          {': '}
          <code>{booking.booking_id.slice(0, 8).toUpperCase()}</code>
        </p>
        <div className={styles.row}>
          <CopyLink />
          {canCancel(booking, new Date()) && (
            <Button kind="danger" onClick={() => setAsking(true)}>
              {m.cancel}
            </Button>
          )}
          {!open && (
            <Button kind="main" onClick={() => goTo({ view: 'plan' })}>
              {m.searchAgain}
            </Button>
          )}
        </div>
        <p className={styles.soft}>{m.billed}</p>
      </section>
      <CancelDialog booking={booking} open={asking} onClose={() => setAsking(false)} />
    </>
  );
}

function CopyLink() {
  const m = useMessages(messages);
  const [copied, setCopied] = useState(false);
  // Browsers have a clipboard on encrypted pages only.
  if (!navigator.clipboard) return null;
  return (
    <>
      <Button
        icon={<Copy aria-hidden="true" />}
        onClick={() =>
          void navigator.clipboard.writeText(location.href).then(
            () => setCopied(true),
            () => setCopied(false),
          )
        }
      >
        {m.copyLink}
      </Button>
      <span role="status" className={styles.soft}>
        {copied ? m.copied : ''}
      </span>
    </>
  );
}

interface DialogProps {
  booking: JourneysBooking;
  open: boolean;
  onClose: () => void;
}

function CancelDialog({ booking, open, onClose }: DialogProps) {
  const m = useMessages(messages);
  const queries = useQueryClient();
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const told = useTold(error);

  async function go() {
    setBusy(true);
    setError(null);
    try {
      const now = await cancel(booking.booking_id, key.current);
      if (now) queries.setQueryData(bookingKey(booking.booking_id), now);
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open={open}
      onClose={onClose}
      title={m.cancelTitle}
      description={m.cancelHint}
      actions={
        <>
          <Button onClick={onClose}>{m.cancelNo}</Button>
          <Button kind="danger" disabled={busy} onClick={() => void go()}>
            {busy ? m.cancelling : m.cancelYes}
          </Button>
        </>
      }
    >
      {error != null && (
        <p className={styles.warning} role="alert">
          {told}
        </p>
      )}
    </Modal>
  );
}
