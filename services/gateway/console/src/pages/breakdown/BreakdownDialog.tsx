import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { PoolingBreakdownReason } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { SelectField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { REASONS } from '@/driver/breakdown';
import { useMessages, wordFor } from '@/i18n/language';
import { useVehicleName, useVehicles } from '@/pages/rides/rides';
import { PlaceField } from '@/places/PlaceField';
import type { Spot } from '@/places/spot';
import styles from './Breakdown.module.css';
import { messages } from './messages';
import { useReportBreakdown } from './reports';

interface Props {
  /** Known where the dialog was opened for one vehicle; chosen here where it is empty. */
  vehicleId: string;
  onClose: () => void;
}

/** A vehicle stands still: which one and where. What becomes of its rides is shown on a page of its own. */
export function BreakdownDialog({ vehicleId: known, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const navigate = useNavigate();
  const vehicleName = useVehicleName();
  const vehicles = useVehicles().data ?? [];
  const [chosen, setChosen] = useState('');
  const [reason, setReason] = useState<PoolingBreakdownReason>('BREAKDOWN_REASON_UNSPECIFIED');
  const [spot, setSpot] = useState<Spot | null>(null);
  const submit = useRef<HTMLButtonElement>(null);
  const vehicleId = known || chosen;
  const report = useReportBreakdown((reported) => {
    onClose();
    void navigate(`/breakdowns/${encodeURIComponent(reported)}`);
  });
  const running = vehicles.filter((vehicle) => !vehicle.out_of_service);
  return (
    <Modal
      open
      onClose={onClose}
      title={known ? m.reportOf(vehicleName(known)) : m.report}
      description={m.about}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="danger"
            ref={submit}
            disabled={!vehicleId || report.isPending}
            onClick={() => report.mutate({ vehicleId, reason, position: spot?.position ?? null })}
          >
            {m.report}
          </Button>
        </>
      }
    >
      {!known && (
        <SelectField
          label={m.vehicle}
          value={chosen}
          onChange={setChosen}
          options={[
            { value: '', label: m.choose },
            ...running.map(({ vehicle_id, name }) => ({ value: vehicle_id, label: name || vehicle_id })),
          ]}
        />
      )}
      <PlaceField
        label={m.where}
        spot={spot}
        onSpot={setSpot}
        onDone={() => submit.current?.focus()}
        inputRef={null}
      />
      <p className={styles.hint}>{m.whereHint}</p>
      <SelectField<PoolingBreakdownReason>
        label={m.whatHappened}
        value={reason}
        onChange={setReason}
        options={(['BREAKDOWN_REASON_UNSPECIFIED', ...REASONS] as const).map((value) => ({
          value,
          label: wordFor(m.reasons, value),
        }))}
      />
      {report.isError && <Failure error={report.error} />}
    </Modal>
  );
}
