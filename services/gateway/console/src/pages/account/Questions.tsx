import { useState } from 'react';
import type { TicketingJourney, TicketingJourneyReading, TicketingPlace } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Button } from '@/components/Button';
import { DataTable } from '@/components/DataTable';
import { Modal } from '@/components/Modal';
import { messages as componentMessages } from '@/components/messages';
import { say } from '@/components/toasts';
import { useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import styles from './AccountPage.module.css';
import { useAnswer, useQuestions } from './calls';
import { messages } from './messages';

/** Journeys that can be read in more than one way; the desk answers for who calls. */
export function Questions({ accountId }: { accountId: string }) {
  const m = useMessages(messages);
  const format = useFormat();
  const questions = useQuestions(accountId);
  const [asking, setAsking] = useState<TicketingJourney | null>(null);
  if (questions.isError) return <Failure error={questions.error} onAgain={() => void questions.refetch()} />;
  if (!questions.data || questions.data.length === 0) return null;
  return (
    <section className={styles.part} aria-label={m.questions}>
      <h2>{m.questions}</h2>
      <p>{m.questionsText}</p>
      <DataTable
        label={m.questions}
        rows={questions.data}
        rowId={(journey) => journey.reference || journey.journey_id}
        columns={[
          {
            id: 'when',
            header: m.period,
            cell: (journey) => (journey.check_in_time ? format.dayAndTime(journey.check_in_time) : '–'),
          },
          {
            id: 'ask',
            header: '',
            numeric: true,
            cell: (journey) => <Button onClick={() => setAsking(journey)}>{m.ask}</Button>,
          },
        ]}
      />
      {asking && <Ask accountId={accountId} journey={asking} onClose={() => setAsking(null)} />}
    </section>
  );
}

function Ask({
  accountId,
  journey,
  onClose,
}: {
  accountId: string;
  journey: TicketingJourney;
  onClose: () => void;
}) {
  const m = useMessages(messages);
  const common = useMessages(componentMessages);
  const format = useFormat();
  const answer = useAnswer(accountId, () => {
    say('good', m.answered);
    onClose();
  });
  return (
    <Modal
      open
      onClose={onClose}
      title={m.askTitle}
      description={m.questionOf(journey.check_in_time ? format.dayAndTime(journey.check_in_time) : '')}
      actions={<Button onClick={onClose}>{common.cancel}</Button>}
    >
      <div className={styles.choices}>
        {journey.question?.readings.map((reading) => (
          <Button
            key={reading.reading_id}
            disabled={answer.isPending}
            onClick={() => answer.mutate({ journey, readingId: reading.reading_id })}
          >
            {readingName(reading, m, format.percent)}
          </Button>
        ))}
      </div>
      {answer.isError && <Failure error={answer.error} />}
    </Modal>
  );
}

type Words = {
  reading: (from: string, to: string) => string;
  legs: (n: number) => string;
  likely: (share: string) => string;
  unknownPlace: string;
};

function readingName(reading: TicketingJourneyReading, m: Words, percent: (share: number) => string): string {
  const [first, last] = [reading.legs.at(0), reading.legs.at(-1)];
  const way = m.reading(placeName(first?.board, m), placeName(last?.alight, m));
  return `${way} · ${m.legs(reading.legs.length)} · ${m.likely(percent(reading.confidence))}`;
}

function placeName(place: TicketingPlace | undefined, m: Words): string {
  return place?.stop_id || place?.zone_ids.join(', ') || m.unknownPlace;
}
