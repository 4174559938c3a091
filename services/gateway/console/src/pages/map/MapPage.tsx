import { Construction } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useCommands } from '@/app/commands';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { useMessages } from '@/i18n/language';
import { useVehicleName } from '@/pages/rides/rides';
import { LastMove, useMovingRides } from '@/pages/timeline/useMovingRides';
import { useSession } from '@/session/session';
import { ClosureForm } from './ClosureForm';
import { Details } from './Details';
import { DrawBar } from './DrawBar';
import type { DistrictMap } from './engine';
import type { Position } from './geometry';
import { Layers } from './Layers';
import styles from './MapPage.module.css';
import { MapView } from './MapView';
import { messages } from './messages';
import { ObjectList } from './ObjectList';
import type { LayerId, MapObject, ObjectLayer } from './objects';
import { useDistrictObjects } from './useDistrictObjects';
import { type Drawing, useDrawing } from './useDrawing';
import { useShiftSpan } from './useShiftSpan';

/** Who may close roads. */
const CLOSING = ['dispatcher', 'operator'] as const;
/** Often more than the rest together; a click away. */
const FIRST_HIDDEN: readonly LayerId[] = ['stops'];

/** Latitude and longitude, as in `?at=53.5570,13.2610`. */
function placeIn(text: string | null): Position | null {
  const [latitude, longitude, ...more] = (text ?? '').split(',').map(Number);
  if (latitude === undefined || longitude === undefined || more.length > 0) return null;
  return Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? [longitude, latitude] : null;
}

/** Where everything is, as a map and as a list. */
export default function MapPage() {
  const m = useMessages(messages);
  const roles = useSession().data?.roles ?? [];
  const district = useDistrictObjects();
  const [hidden, setHidden] = useState<ReadonlySet<LayerId>>(() => new Set(FIRST_HIDDEN));
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [engine, setEngine] = useState<DistrictMap | null>(null);
  const drawing: Drawing = useDrawing(engine);
  const dispatches = roles.includes('dispatcher');
  const closes = CLOSING.some((role) => roles.includes(role));

  const byId = useMemo(
    () => new Map(Object.values(district.objects).flatMap((all) => all.map((one) => [one.id, one] as const))),
    [district.objects],
  );
  const chosen = (chosenId && byId.get(chosenId)) || null;

  const choose = useCallback((id: string | null) => setChosenId(id), []);
  const open = useCallback(
    (object: MapObject) => {
      setHidden((before) => new Set([...before].filter((layer) => layer !== object.layer)));
      setChosenId(object.id);
      engine?.goTo(object.position);
    },
    [engine],
  );
  const [listed, setListed] = useState<ObjectLayer>(dispatches ? 'vehicles' : 'containers');

  const vehicleName = useVehicleName();
  const moving = useMovingRides({
    vehicleName,
    shiftOf: useShiftSpan(district.objects.vehicles),
    // It is where it was; who comes for it is told by the plan.
    onMoved: () => undefined,
  });

  // Other pages, and people, point at a place on the map by its address.
  const at = placeIn(useSearchParams()[0].get('at'));
  const [west, north] = at ?? [];
  useEffect(() => {
    if (engine && west !== undefined && north !== undefined) engine.jumpTo([west, north]);
  }, [engine, west, north]);

  useCommands(
    closes && !drawing.path ? [{ id: 'map-draw', label: m.draw, keys: 'x', run: drawing.begin }] : [],
  );

  const [failure] = Object.values(district.failures);
  return (
    <div className={styles.page}>
      <h1 className="only-read-aloud">{m.title}</h1>
      <section className={styles.stage} aria-label={m.map}>
        <MapView
          district={district}
          hidden={hidden}
          chosen={chosen}
          onPick={choose}
          onCorner={drawing.add}
          onEngine={setEngine}
        />
        {!drawing.path && (
          <div className={styles.tools}>
            <Layers district={district} hidden={hidden} onChange={setHidden} />
            {closes && engine && (
              <Button icon={<Construction aria-hidden="true" />} keys="X" onClick={drawing.begin}>
                {m.draw}
              </Button>
            )}
          </div>
        )}
        {drawing.path && <DrawBar drawing={drawing} />}
      </section>
      <aside className={styles.side}>
        <div className={moving.done ? styles.row : 'only-read-aloud'} role="status">
          <LastMove moving={moving} />
        </div>
        {failure !== undefined && <Failure error={failure} onAgain={district.again} />}
        {chosen && (
          <Details
            object={chosen}
            objects={district.objects}
            closes={closes}
            onMove={dispatches ? (rideId) => void moving.chooseById(rideId) : null}
            onOpen={open}
            onClose={() => choose(null)}
          />
        )}
        <ObjectList
          objects={district.objects}
          loading={district.loading}
          listed={listed}
          onListed={setListed}
          onOpen={open}
        />
      </aside>
      {moving.dialog}
      {drawing.finished && drawing.path && (
        <ClosureForm
          path={drawing.path}
          onBack={drawing.resume}
          onDone={(id) => {
            drawing.end();
            setHidden((before) => new Set([...before].filter((layer) => layer !== 'closures')));
            setChosenId(`closure ${id}`);
          }}
        />
      )}
    </div>
  );
}
