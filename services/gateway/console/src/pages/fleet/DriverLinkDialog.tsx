import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { encode } from 'uqr';
import { client, told } from '@/api/client';
import type { DriverLink, PoolingVehicle } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { Modal } from '@/components/Modal';
import { say } from '@/components/toasts';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import styles from './FleetPage.module.css';
import { messages } from './messages';

/** A shift and what may follow it; and a phone that stays in the vehicle. */
const HOURS = { shift: 14, month: 720 } as const;
type Length = keyof typeof HOURS;

/** Gives a driver the link that makes a phone the driver's of this vehicle. */
export function DriverLinkDialog({ vehicle, onClose }: { vehicle: PoolingVehicle; onClose: () => void }) {
  const m = useMessages(messages);
  const [length, setLength] = useState<Length>('shift');
  const made = useMutation({
    mutationFn: async () =>
      told(
        await client.POST('/v1/driver-links', {
          body: { vehicle_id: vehicle.vehicle_id, session_hours: HOURS[length] },
        }),
      ),
  });
  return (
    <Modal
      open
      onClose={onClose}
      title={m.driverLinkOf(vehicle.name || vehicle.vehicle_id)}
      description={m.driverLinkAbout}
      actions={
        !made.data && (
          <Button kind="main" disabled={made.isPending} onClick={() => made.mutate()}>
            {m.makeLink}
          </Button>
        )
      }
    >
      {made.isError && <Failure error={made.error} onAgain={() => made.mutate()} />}
      {made.data ? (
        <Made link={made.data} />
      ) : (
        <Choice
          label={m.staysSignedIn}
          value={length}
          options={[
            { value: 'shift', label: m.forShift },
            { value: 'month', label: m.forMonth },
          ]}
          onChange={setLength}
        />
      )}
    </Modal>
  );
}

function Made({ link }: { link: DriverLink }) {
  const m = useMessages(messages);
  const format = useFormat();
  const address = location.origin + link.path;
  async function copy() {
    await navigator.clipboard.writeText(address);
    say('good', m.copied);
  }
  return (
    <div className={styles.link}>
      <QrCode text={address} label={m.qr} />
      <p>{m.linkGood(format.dayAndTime(link.expire_time))}</p>
      <label>
        {m.link}
        <input readOnly value={address} onFocus={(event) => event.target.select()} />
      </label>
      {/* Only pages that came encrypted may write into the clipboard. */}
      {navigator.clipboard && <Button onClick={() => void copy()}>{m.copy}</Button>}
    </div>
  );
}

const QUIET = 4;

/** Dark on light whatever the theme: cameras want it so. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: QUIET });
  const dark = data.flatMap((row, y) => row.map((is, x) => (is ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg viewBox={`0 0 ${size} ${size}`} className={styles.qr} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={dark} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
