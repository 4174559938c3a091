import { useRef, useState } from 'react';
import type { WasteSubAccount, WasteYard } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { CountField, fieldStyles, SelectField, TextField } from '@/components/Field';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useMessages } from '@/i18n/language';
import { PlaceField } from '@/places/PlaceField';
import { draftOf, newYard, type YardDraft, yardOf } from './draft';
import { messages } from './messages';
import { Sensors } from './Sensors';
import { Spans } from './Spans';
import styles from './YardsPage.module.css';
import { useSaveYard } from './yards';

interface Props {
  /** Null where it is a new one. */
  yard: WasteYard | null;
  subAccounts: readonly WasteSubAccount[];
  onClose: () => void;
}

/** What a yard is: where, when, how many cars at once, and what counts them. */
export function YardDialog({ yard, subAccounts, onClose }: Props) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const [draft, setDraft] = useState<YardDraft>(() =>
    yard ? draftOf(yard) : newYard(subAccounts[0]?.sub_account_id ?? ''),
  );
  const place = useRef<HTMLInputElement>(null);
  const save = useSaveYard(() => {
    say('good', m.saved);
    onClose();
  });
  const made = yardOf(draft, yard);
  const change = (part: Partial<YardDraft>) => setDraft({ ...draft, ...part });
  return (
    <Modal
      open
      wide
      onClose={onClose}
      title={yard ? m.settingsOf(yard.name || yard.yard_id) : m.newYard}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            kind="main"
            disabled={!made || save.isPending}
            onClick={() => made && save.mutate({ yardId: draft.yardId, yard: made })}
          >
            {save.isPending ? common.saving : common.save}
          </Button>
        </>
      }
    >
      {!yard && (
        <div className={styles.pair}>
          <TextField
            label={m.id}
            hint={m.idHint}
            value={draft.yardId}
            onChange={(yardId) => change({ yardId })}
            maxLength={64}
          />
          {subAccounts.length > 1 && (
            <SelectField
              label={m.subAccount}
              value={draft.subAccountId}
              options={subAccounts.map((each) => ({
                value: each.sub_account_id,
                label: each.name || each.sub_account_id,
              }))}
              onChange={(subAccountId) => change({ subAccountId, sensors: [] })}
            />
          )}
        </div>
      )}
      <TextField label={m.name} value={draft.name} onChange={(name) => change({ name })} maxLength={120} />
      <div>
        <PlaceField
          label={m.place}
          spot={draft.spot}
          onSpot={(spot) => change({ spot })}
          onDone={() => undefined}
          inputRef={place}
        />
        {yard && !draft.spot && <p className={styles.soft}>{m.placeKept}</p>}
      </div>
      <div className={styles.pair}>
        <CountField
          label={m.bayCount}
          value={draft.bays}
          min={1}
          max={1000}
          onChange={(bays) => change({ bays })}
        />
        <CountField
          label={m.stay}
          value={draft.stayMin}
          min={1}
          max={240}
          onChange={(stayMin) => change({ stayMin })}
        />
        <div className={fieldStyles.field}>
          <span className={fieldStyles.label} aria-hidden="true">
            {m.visible}
          </span>
          <Choice
            label={m.visible}
            value={draft.isPublic ? 'all' : 'us'}
            options={[
              { value: 'us', label: m.forUs },
              { value: 'all', label: m.forAll },
            ]}
            onChange={(value) => change({ isPublic: value === 'all' })}
          />
        </div>
      </div>
      <Spans spans={draft.spans} onChange={(spans) => change({ spans })} />
      <Sensors
        yardId={draft.yardId}
        subAccountId={draft.subAccountId}
        sensors={draft.sensors}
        onChange={(sensors) => change({ sensors })}
      />
      {save.isError && <Failure error={save.error} />}
    </Modal>
  );
}
