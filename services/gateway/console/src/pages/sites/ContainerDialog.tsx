import { useState } from 'react';
import type {
  WasteContainer,
  WasteContainerKind,
  WasteFraction,
  WasteGeometryInput,
  WasteSite,
} from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { CountField, SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useMessages } from '@/i18n/language';
import { messages as mapMessages } from '@/pages/map/messages';
import { messages } from './messages';
import styles from './SitesPage.module.css';
import { useRemoveContainer, useSaveContainer } from './sites';

const USUAL = { height: 1500, width: 1200, depth: 1200, sensor: 1600 };
const CRITICAL_PERCENT = 80;
const MOST_LITRES = 100_000;
const MOST_MM = 20_000;

interface Props {
  container: WasteContainer | null;
  sites: readonly WasteSite[];
  /** Depots that containers have already. */
  depots: readonly string[];
  onClose: () => void;
}

/** A container: new, or as it is. What is not asked here stays as it is. */
export function ContainerDialog({ container, sites, depots, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const words = useMessages(mapMessages);
  const known = container?.geometry;
  const section = known?.sections[0];
  const [id, setId] = useState(container?.container_id ?? '');
  const [site, setSite] = useState(container?.site_id ?? sites[0]?.site_id ?? '');
  const [depot, setDepot] = useState(container?.depot_id ?? depots[0] ?? '');
  const [kind, setKind] = useState<WasteContainerKind>(container?.kind ?? 'CONTAINER_KIND_IGLOO');
  const [fraction, setFraction] = useState<WasteFraction>(container?.fraction ?? 'FRACTION_PAPER');
  const [litres, setLitres] = useState(container?.volume_l ?? 3000);
  const [critical, setCritical] = useState(
    Math.round((container?.critical_level_share ?? 0) * 100) || CRITICAL_PERCENT,
  );
  const isPlain = !known || isBox(known);
  const [inside, setInside] = useState<'none' | 'box' | 'many'>(!known ? 'none' : isPlain ? 'box' : 'many');
  const [height, setHeight] = useState(section?.height_mm ?? USUAL.height);
  const [width, setWidth] = useState(section?.lower_width_mm ?? USUAL.width);
  const [depth, setDepth] = useState(section?.lower_depth_mm ?? USUAL.depth);
  const [sensor, setSensor] = useState(known?.sensor_height_mm ?? USUAL.sensor);
  const close = (text: string) => () => {
    say('good', text);
    onClose();
  };
  const save = useSaveContainer(container === null, close(m.saved));
  const remove = useRemoveContainer(close(m.removed));

  function geometry(): WasteGeometryInput | undefined {
    if (inside === 'many') return known;
    if (inside === 'none') return undefined;
    return {
      ...known,
      sections: [
        {
          height_mm: height,
          lower_width_mm: width,
          lower_depth_mm: depth,
          upper_width_mm: width,
          upper_depth_mm: depth,
          round: false,
        },
      ],
      sensor_height_mm: sensor,
    };
  }

  const shape = geometry();
  return (
    <Modal
      open
      wide
      onClose={onClose}
      title={container ? container.container_id : m.newContainer}
      actions={
        <>
          {container && (
            <Button
              kind="danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate(container.container_id)}
            >
              {m.remove}
            </Button>
          )}
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={!id || !site || !depot || save.isPending}
            onClick={() =>
              save.mutate({
                container_id: id,
                site_id: site,
                depot_id: depot,
                kind,
                fraction,
                volume_l: litres,
                critical_level_share: critical / 100,
                kg_per_l: container?.kg_per_l ?? 0,
                lift_duration_s: container?.lift_duration_s ?? 0,
                ...(shape ? { geometry: shape } : {}),
              })
            }
          >
            {save.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      {!container && <TextField label={m.id} value={id} onChange={setId} hint={m.idHint} maxLength={64} />}
      <SelectField
        label={m.site}
        value={site}
        options={sites.map((each) => ({ value: each.site_id, label: each.name || each.site_id }))}
        onChange={setSite}
      />
      <div className={styles.pair}>
        <SelectField
          label={m.fraction}
          value={fraction}
          options={Object.entries(words.fraction)
            .filter(([value]) => value !== 'FRACTION_UNSPECIFIED')
            .map(([value, label]) => ({ value: value as WasteFraction, label }))}
          onChange={setFraction}
        />
        <SelectField
          label={m.form}
          value={kind}
          options={Object.entries(m.forms)
            .filter(([value]) => value !== 'CONTAINER_KIND_UNSPECIFIED')
            .map(([value, label]) => ({ value: value as WasteContainerKind, label }))}
          onChange={setKind}
        />
        <CountField label={m.volume} value={litres} min={10} max={MOST_LITRES} onChange={setLitres} />
        <CountField label={m.critical} value={critical} min={10} max={100} onChange={setCritical} />
      </div>
      <TextField label={m.depot} hint={m.depotHint} value={depot} onChange={setDepot} maxLength={64} />
      <SelectField
        label={m.inside}
        value={inside}
        options={[
          { value: 'none', label: m.noInside },
          { value: 'box', label: m.box },
          ...(isPlain ? [] : [{ value: 'many' as const, label: m.many }]),
        ]}
        onChange={setInside}
      />
      {inside === 'box' && (
        <div className={styles.pair}>
          <CountField label={m.height} value={height} min={1} max={MOST_MM} onChange={setHeight} />
          <CountField label={m.width} value={width} min={1} max={MOST_MM} onChange={setWidth} />
          <CountField label={m.depth} value={depth} min={1} max={MOST_MM} onChange={setDepth} />
          <CountField label={m.sensorHeight} value={sensor} min={1} max={MOST_MM} onChange={setSensor} />
        </div>
      )}
      {(save.isError || remove.isError) && <Failure error={save.error ?? remove.error} />}
    </Modal>
  );
}

/** Whether a shape is one box, which is all this dialog can change. */
function isBox({ sections }: WasteGeometryInput): boolean {
  const [first, ...others] = sections ?? [];
  return (
    first !== undefined &&
    others.length === 0 &&
    !first.round &&
    first.lower_width_mm === first.upper_width_mm &&
    first.lower_depth_mm === first.upper_depth_mm
  );
}
