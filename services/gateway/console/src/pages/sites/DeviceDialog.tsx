import { useState } from 'react';
import type { WasteContainer, WasteDevice } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useSubAccounts } from '@/depot/sub_accounts';
import { useMessages } from '@/i18n/language';
import { messages } from './messages';
import { MODELS } from './models';
import { useRemoveDevice, useSaveDevice } from './sites';

const ELSEWHERE = '*';

interface Props {
  device: WasteDevice | null;
  containers: readonly WasteContainer[];
  containerName: (container: WasteContainer) => string;
  onClose: () => void;
}

/** A sensor: new, or as it is; which container it sits in, and how its frames are read. */
export function DeviceDialog({ device, containers, containerName, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const accounts = useSubAccounts().data ?? [];
  const [id, setId] = useState(device?.device_id ?? '');
  const [model, setModel] = useState<string>(device?.model ?? MODELS[0]);
  const [owner, setOwner] = useState(device?.sub_account_id ?? '');
  const elsewhere = Boolean(device?.yard_id || device?.parking_space_id);
  const [container, setContainer] = useState(elsewhere ? ELSEWHERE : (device?.container_id ?? ''));
  const close = (text: string) => () => {
    say('good', text);
    onClose();
  };
  const save = useSaveDevice(device === null, close(m.saved));
  const remove = useRemoveDevice(close(m.removed));
  const ownerId = owner || accounts[0]?.sub_account_id || '';
  // A device may be called as an older service called it; that stays to be chosen.
  const models = (MODELS as readonly string[]).includes(model) ? MODELS : [model, ...MODELS];
  const watched =
    container === ELSEWHERE
      ? { yard_id: device?.yard_id, parking_space_id: device?.parking_space_id }
      : { container_id: container || undefined };
  const named = Object.fromEntries(Object.entries(watched).filter(([, value]) => value));
  return (
    <Modal
      open
      onClose={onClose}
      title={device ? device.device_id : m.newDevice}
      actions={
        <>
          {device && (
            <Button kind="danger" disabled={remove.isPending} onClick={() => remove.mutate(device.device_id)}>
              {m.remove}
            </Button>
          )}
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={!id || !ownerId || save.isPending}
            onClick={() => save.mutate({ device_id: id, sub_account_id: ownerId, model, ...named })}
          >
            {save.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      {!device && (
        <TextField label={m.devEui} hint={m.devEuiHint} value={id} onChange={setId} maxLength={64} />
      )}
      <SelectField
        label={m.model}
        hint={m.modelHint}
        value={model}
        options={models.map((value) => ({ value: value as string, label: value }))}
        onChange={setModel}
      />
      <SelectField
        label={m.watches}
        value={container}
        options={[
          { value: '', label: m.nothing },
          ...(elsewhere ? [{ value: ELSEWHERE, label: m.elsewhere }] : []),
          ...containers.map((each) => ({ value: each.container_id, label: containerName(each) })),
        ]}
        onChange={setContainer}
      />
      {!device && accounts.length > 1 && (
        <SelectField
          label={m.owner}
          value={ownerId}
          options={accounts.map((each) => ({ value: each.sub_account_id, label: each.name }))}
          onChange={setOwner}
        />
      )}
      {(save.isError || remove.isError) && <Failure error={save.error ?? remove.error} />}
    </Modal>
  );
}
