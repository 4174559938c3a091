import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Facts } from '@/components/PageFrame';
import { Why } from '@/components/Why';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as rideMessages } from '@/pages/ride/messages';
import { messages as listMessages } from '@/pages/rides/messages';
import { STATE_TONES } from '@/pages/rides/rides';
import { MoveList } from './MoveList';
import { messages } from './messages';
import { isMovable, useMoves } from './moving';
import { detourS } from './RowView';
import type { Bar } from './rows';
import styles from './Timeline.module.css';

interface Props {
  bar: Bar;
  vehicleName: (vehicleId: string) => string;
  shiftOf: (shiftId: string) => string;
  onMove: () => void;
}

/** The ride that is selected: what is planned and promised, and what can be done. */
export function Selected({ bar, vehicleName, shiftOf, onMove }: Props) {
  const m = useMessages(messages);
  const rideWords = useMessages(rideMessages);
  const list = useMessages(listMessages);
  const format = useFormat();
  const navigate = useNavigate();
  const [why, setWhy] = useState(false);
  const { ride } = bar;
  const movable = isMovable(ride);
  const open = () => void navigate(`/rides/${ride.ride_id}`);
  useCommands([
    ...(movable ? [{ id: 'timeline:move', label: m.move, keys: 'm', run: onMove }] : []),
    { id: 'timeline:open', label: m.open, keys: 'o', run: open },
    { id: 'timeline:why', label: m.whyTitle, keys: 'w', run: () => setWhy(true) },
  ]);
  const { earliest = '', latest = '' } = ride.promise?.pickup_window ?? {};
  const arrival = ride.promise?.latest_arrival;
  return (
    <>
      <div className={styles.about}>
        <h2>{`${ride.pickup?.label ?? ''} → ${ride.dropoff?.label ?? ''}`}</h2>
        <Badge tone={STATE_TONES[ride.state] ?? 'plain'}>{wordFor(list.states, ride.state)}</Badge>
        <div className={styles.does}>
          {movable && (
            <Button kind="main" keys="M" onClick={onMove}>
              {m.move}
            </Button>
          )}
          <Button keys="O" onClick={open}>
            {m.open}
          </Button>
          <Why title={m.whyTitle} keys="W" open={why} onOpenChange={setWhy}>
            <Facts facts={[[rideWords.detour, format.duration(detourS(bar))]]} />
            {movable ? (
              <WhyMoves rideId={ride.ride_id} vehicleName={vehicleName} shiftOf={shiftOf} />
            ) : (
              <p>{rideWords.whyText}</p>
            )}
          </Why>
        </div>
      </div>
      <Facts
        facts={[
          [m.vehicle, vehicleName(ride.vehicle_id)],
          [m.planned, m.span(format.time(new Date(bar.startMs)), format.time(new Date(bar.endMs)))],
          [m.window, earliest && latest ? m.span(format.time(earliest), format.time(latest)) : '–'],
          [m.latest, arrival ? format.time(arrival) : '–'],
          [m.slack, bar.slackS < 0 ? m.broken(format.duration(-bar.slackS)) : format.duration(bar.slackS)],
        ]}
      />
      {!movable && <p>{m.fixed}</p>}
    </>
  );
}

/** The ride's vehicle among all others. */
function WhyMoves({
  rideId,
  vehicleName,
  shiftOf,
}: {
  rideId: string;
  vehicleName: (vehicleId: string) => string;
  shiftOf: (shiftId: string) => string;
}) {
  const m = useMessages(messages);
  const moves = useMoves(rideId);
  if (moves.isPending) return <Loading />;
  if (moves.isError) return <Failure error={moves.error} onAgain={() => void moves.refetch()} />;
  return (
    <>
      <p>{m.whyText}</p>
      <MoveList moves={moves.data.moves} vehicleName={vehicleName} shiftOf={shiftOf} />
    </>
  );
}
