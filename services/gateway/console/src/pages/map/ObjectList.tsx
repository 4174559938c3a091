import { useMemo, useState } from 'react';
import { type Column, DataTable } from '@/components/DataTable';
import { SelectField, TextField } from '@/components/Field';
import { type Format, useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import styles from './MapPage.module.css';
import { messages } from './messages';
import { LAYERS, type MapObject, type ObjectLayer, type RideObject } from './objects';

interface Props {
  objects: Record<ObjectLayer, MapObject[]>;
  loading: boolean;
  listed: ObjectLayer;
  onListed: (layer: ObjectLayer) => void;
  onOpen: (object: MapObject) => void;
}

/** The same things as on the map, for keyboards, screen readers and whoever looks for one by its name. */
export function ObjectList({ objects, loading, listed, onListed, onOpen }: Props) {
  const m = useMessages(messages);
  const format = useFormat();
  const [text, setText] = useState('');
  const wanted = text.trim().toLocaleLowerCase();
  const rows = useMemo(
    () => objects[listed].filter((object) => nameOf(object, m).toLocaleLowerCase().includes(wanted)),
    [objects, listed, wanted, m],
  );
  const isOfRides = listed === 'rides';
  const columns = useMemo(() => (isOfRides ? rideColumns : columnsOf)(m, format), [isOfRides, m, format]);
  return (
    <section className={styles.list} aria-label={m.listed}>
      <div className={styles.row}>
        <SelectField
          label={m.listed}
          value={listed}
          options={LAYERS.filter((layer): layer is ObjectLayer => layer !== 'paths').map((layer) => ({
            value: layer,
            label: `${m.layer[layer]} (${format.number(objects[layer].length)})`,
          }))}
          onChange={onListed}
        />
        <TextField label={m.search} type="search" value={text} onChange={setText} />
      </div>
      {rows.length > 0 ? (
        <DataTable
          // Another list begins in its own order.
          key={listed}
          label={m.layer[listed]}
          columns={columns}
          rows={rows}
          rowId={(object) => object.id}
          onOpen={onOpen}
          first={{ id: isOfRides ? 'time' : 'name' }}
        />
      ) : (
        <p className={styles.soft}>{loading ? m.loading : m.nothing}</p>
      )}
    </section>
  );
}

type Words = (typeof messages)['en'];

function columnsOf(m: Words, format: Format): readonly Column<MapObject>[] {
  return [
    {
      id: 'name',
      header: m.name,
      cell: (object) => nameOf(object, m),
      order: (object) => nameOf(object, m),
    },
    {
      id: 'state',
      header: m.state,
      cell: (object) => (
        <span className={object.layer === 'vehicles' ? styles.short : undefined}>
          {stateOf(object, m, format)}
        </span>
      ),
      order: (object) => stateOf(object, m, format),
    },
  ];
}

/** A day is read by its time. */
function rideColumns(m: Words, format: Format): readonly Column<MapObject>[] {
  const arrival = (object: MapObject) => (object.layer === 'rides' && object.stop.arrival_time) || '';
  return [
    {
      id: 'time',
      header: m.time,
      cell: (object) => <strong>{arrival(object) && format.time(arrival(object))}</strong>,
      order: arrival,
    },
    {
      id: 'name',
      header: m.where,
      cell: (object) => (
        <span className={styles.place}>
          {nameOf(object, m)}
          {object.layer === 'rides' && <small>{actionOf(object, m)}</small>}
        </span>
      ),
      order: (object) => nameOf(object, m),
    },
  ];
}

/** What it is called; what has no name of its own is called by its kind. */
export function nameOf(object: MapObject, m: Words): string {
  if (object.name) return object.name;
  if (object.layer === 'closures') return m.closure;
  return object.layer === 'rides' ? m.unnamed : '';
}

function actionOf({ stop }: RideObject, m: Words): string {
  const what = stop.action === 'STOP_ACTION_DROPOFF' ? m.dropoff : m.pickup;
  return stop.held_offer_id ? `${what} · ${m.held}` : what;
}

/** Few words on how something is. */
export function stateOf(object: MapObject, m: Words, format: Format): string {
  switch (object.layer) {
    case 'vehicles':
      return object.vehicle.out_of_service
        ? m.outOfService
        : m.aboard(object.live?.aboard_ride_ids.length ?? 0);
    case 'rides': {
      const what = object.stop.action === 'STOP_ACTION_DROPOFF' ? m.dropoff : m.pickup;
      return object.stop.arrival_time ? `${format.time(object.stop.arrival_time)} ${what}` : what;
    }
    case 'closures':
      return object.change.speed_share > 0 ? m.slowedTo(format.percent(object.change.speed_share)) : m.closed;
    case 'containers': {
      const share = object.state.latest?.level_share;
      const told = `${m.fraction[object.state.fraction]}, ${m.ampel[object.state.ampel]}`;
      return share === undefined ? told : `${told}, ${format.percent(share)}`;
    }
    case 'cars':
      return object.car.label;
    default:
      return '';
  }
}
