import { useRef, useState } from 'react';
import type { WasteSite } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useSubAccounts } from '@/depot/sub_accounts';
import { useMessages } from '@/i18n/language';
import { PlaceField } from '@/places/PlaceField';
import type { Spot } from '@/places/spot';
import { messages } from './messages';
import { useRemoveSite, useSaveSite } from './sites';

/** A site: new, or as it is. Opening hours and kinds of truck stay as they are. */
export function SiteDialog({ site, onClose }: { site: WasteSite | null; onClose: () => void }) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const accounts = useSubAccounts().data ?? [];
  const [id, setId] = useState(site?.site_id ?? '');
  const [name, setName] = useState(site?.name ?? '');
  const [owner, setOwner] = useState(site?.sub_account_id ?? '');
  const [side, setSide] = useState<'CURB_SIDE_RIGHT' | 'CURB_SIDE_EITHER'>(
    site?.curb_side === 'CURB_SIDE_RIGHT' ? 'CURB_SIDE_RIGHT' : 'CURB_SIDE_EITHER',
  );
  const [spot, setSpot] = useState<Spot | null>(
    site?.position ? { key: site.site_id, label: site.name, kind: 'site', position: site.position } : null,
  );
  const input = useRef<HTMLInputElement>(null);
  const close = (text: string) => () => {
    say('good', text);
    onClose();
  };
  const save = useSaveSite(site === null, close(m.saved));
  const remove = useRemoveSite(close(m.removed));
  const ownerId = owner || accounts[0]?.sub_account_id || '';
  return (
    <Modal
      open
      onClose={onClose}
      title={site ? site.name || site.site_id : m.newSite}
      actions={
        <>
          {site && (
            <Button kind="danger" disabled={remove.isPending} onClick={() => remove.mutate(site.site_id)}>
              {m.remove}
            </Button>
          )}
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={!id || !name || !spot || !ownerId || save.isPending}
            onClick={() =>
              spot &&
              save.mutate({
                site_id: id,
                sub_account_id: ownerId,
                name,
                position: spot.position,
                opening_hours: site?.opening_hours ?? [],
                truck_kinds: site?.truck_kinds ?? [],
                curb_side: side,
              })
            }
          >
            {save.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      {!site && <TextField label={m.id} value={id} onChange={setId} hint={m.idHint} maxLength={64} />}
      <TextField label={m.name} value={name} onChange={setName} maxLength={120} />
      <PlaceField label={m.place} spot={spot} onSpot={setSpot} onDone={() => undefined} inputRef={input} />
      {!site && accounts.length > 1 && (
        <SelectField
          label={m.owner}
          value={ownerId}
          options={accounts.map((each) => ({ value: each.sub_account_id, label: each.name }))}
          onChange={setOwner}
        />
      )}
      <div>
        <Choice
          label={m.side}
          value={side}
          options={[
            { value: 'CURB_SIDE_EITHER', label: m.anySide },
            { value: 'CURB_SIDE_RIGHT', label: m.curb },
          ]}
          onChange={setSide}
        />
      </div>
      {(save.isError || remove.isError) && <Failure error={save.error ?? remove.error} />}
    </Modal>
  );
}
