import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { PoolingRide, PoolingRideState } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { type Column, DataTable } from '@/components/DataTable';
import { DayPicker } from '@/components/DayPicker';
import { SelectField, TextField } from '@/components/Field';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { serviceDate } from '@/i18n/local_time';
import { messages } from './messages';
import styles from './RidesPage.module.css';
import { isStranded, RIDE_STATES, rideMatches, STATE_TONES, useRides, useVehicleName } from './rides';

/** Every ride of a day, as it stands now. Day and state are in the address, so that it can be passed on. */
export default function RidesPage() {
  const m = useMessages(messages);
  const format = useFormat();
  const navigate = useNavigate();
  const timeZone = useTimeZone();
  const vehicleName = useVehicleName();
  const [query, setQuery] = useSearchParams();
  const date = query.get('day') ?? serviceDate(new Date(), timeZone);
  const state = query.get('state') ?? '';
  const [text, setText] = useState('');
  const rides = useRides(date);

  function change(name: string, value: string) {
    setQuery(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  }

  const shown = (rides.data ?? []).filter(
    (ride) => (!state || ride.state === state) && rideMatches(ride, text, vehicleName(ride.vehicle_id)),
  );

  const columns = useMemo<readonly Column<PoolingRide>[]>(
    () => [
      {
        id: 'pickup',
        header: m.pickup,
        cell: (ride) => (ride.pickup_time ? <strong>{format.time(ride.pickup_time)}</strong> : '–'),
        order: (ride) => ride.pickup_time ?? '',
      },
      {
        id: 'from',
        header: m.from,
        cell: (ride) => (
          <>
            {ride.pickup?.label}
            <small className={styles.dropoff}>
              {'→'} {ride.dropoff?.label}
            </small>
          </>
        ),
        order: (ride) => ride.pickup?.label ?? '',
      },
      {
        id: 'to',
        header: m.to,
        minor: true,
        cell: (ride) => ride.dropoff?.label,
        order: (ride) => ride.dropoff?.label ?? '',
      },
      {
        id: 'arrival',
        header: m.arrival,
        minor: true,
        cell: (ride) => (ride.dropoff_time ? format.time(ride.dropoff_time) : '–'),
        order: (ride) => ride.dropoff_time ?? '',
      },
      {
        id: 'people',
        header: m.people,
        minor: true,
        cell: (ride) => {
          const { seated_count = 0, wheelchair_count = 0 } = ride.party ?? {};
          if (wheelchair_count === 0) return seated_count;
          const chairs = m.wheelchairs(wheelchair_count);
          return seated_count === 0 ? chairs : `${seated_count} + ${chairs}`;
        },
      },
      {
        id: 'vehicle',
        header: m.vehicle,
        minor: true,
        cell: (ride) =>
          isStranded(ride) ? <Badge tone="bad">{m.stranded}</Badge> : vehicleName(ride.vehicle_id),
        order: (ride) => vehicleName(ride.vehicle_id),
      },
      {
        id: 'state',
        header: m.state,
        cell: (ride) => (
          <Badge tone={STATE_TONES[ride.state] ?? 'plain'}>{wordFor(m.states, ride.state)}</Badge>
        ),
        order: (ride) => ride.state,
      },
    ],
    [m, format, vehicleName],
  );

  return (
    <PageFrame
      title={m.title}
      about={rides.data && m.count(shown.length)}
      actions={
        <>
          <DayPicker value={date} onChange={(value) => change('day', value)} />
          <SelectField
            label={m.state}
            hideLabel
            value={state as PoolingRideState | ''}
            options={[
              { value: '', label: `${m.state}: ${m.all}` },
              ...RIDE_STATES.map((value) => ({ value, label: wordFor(m.states, value) })),
            ]}
            onChange={(value) => change('state', value)}
          />
          <TextField
            label={m.search}
            hideLabel
            type="search"
            placeholder={m.searchHint}
            value={text}
            onChange={setText}
          />
        </>
      }
    >
      {rides.isPending && <Loading />}
      {rides.isError && <Failure error={rides.error} onAgain={() => void rides.refetch()} />}
      {rides.data?.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
          <Link to="/desk">{m.toDesk}</Link>
        </Empty>
      )}
      {rides.data && rides.data.length > 0 && shown.length === 0 && (
        <Empty title={m.noMatch}>
          <p>{m.noMatchHint}</p>
        </Empty>
      )}
      {shown.length > 0 && (
        <DataTable
          label={m.title}
          columns={columns}
          rows={shown}
          rowId={(ride) => ride.ride_id}
          first={{ id: 'pickup' }}
          onOpen={(ride) => void navigate(`/rides/${ride.ride_id}`)}
        />
      )}
    </PageFrame>
  );
}
