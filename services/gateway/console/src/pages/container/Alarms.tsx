import { useState } from 'react';
import type { WasteAlarm } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Facts, Panel } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { Acknowledging } from '@/pages/alarms/Acknowledging';
import { isOpen, LIVE_STATES, reasonOf, STATE_TONES, useAlarms } from '@/pages/alarms/alarms';
import { messages as alarmMessages } from '@/pages/alarms/messages';
import styles from './ContainerPage.module.css';
import { messages } from './messages';

/** What somebody should look after here, and whether somebody does. */
export function Alarms({ containerId }: { containerId: string }) {
  const m = useMessages(messages);
  const words = useMessages(alarmMessages);
  const format = useFormat();
  const alarms = useAlarms(LIVE_STATES, containerId);
  const [chosen, setChosen] = useState<WasteAlarm | null>(null);
  return (
    <Panel title={m.alarms}>
      {alarms.isPending && <Loading />}
      {alarms.isError && <Failure error={alarms.error} onAgain={() => void alarms.refetch()} />}
      {alarms.data?.length === 0 && <p>{m.noAlarms}</p>}
      {alarms.data?.map((alarm) => (
        <div key={alarm.alarm_id} className={styles.alarm}>
          <strong>{wordFor(words.kinds, alarm.kind)}</strong>
          <Badge tone={STATE_TONES[alarm.state] ?? 'plain'}>{wordFor(words.states, alarm.state)}</Badge>
          {isOpen(alarm) && (
            <Button
              aria-label={words.acknowledgeOf(wordFor(words.kinds, alarm.kind))}
              onClick={() => setChosen(alarm)}
            >
              {words.acknowledge}
            </Button>
          )}
          <Facts
            facts={[
              [words.since, alarm.raise_time ? format.dayAndTime(alarm.raise_time) : '–'],
              [words.reason, reasonOf(alarm, words, format) || '–'],
              ...(alarm.note ? [[words.note, alarm.note] as const] : []),
            ]}
          />
        </div>
      ))}
      {chosen && (
        <Acknowledging
          alarm={chosen}
          what={wordFor(words.kinds, chosen.kind)}
          onClose={() => setChosen(null)}
        />
      )}
    </Panel>
  );
}
