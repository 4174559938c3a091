import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { WasteContainerState, WasteTour, WasteTourProposal } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { type Column, DataTable } from '@/components/DataTable';
import { DayPicker } from '@/components/DayPicker';
import { SelectField } from '@/components/Field';
import { Empty, PageFrame, Panel } from '@/components/PageFrame';
import { say } from '@/components/toasts';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { serviceDate } from '@/i18n/local_time';
import { useContainerStates, useSiteName } from '@/pages/containers/containers';
import { messages as mapMessages } from '@/pages/map/messages';
import { messages } from './messages';
import {
  isDone,
  isWorking,
  refreshTours,
  STATE_TONES,
  useApprove,
  useCancelProposal,
  useProposal,
  usePropose,
  useSentence,
  useTours,
} from './tours';

/** The day's tours: proposed with reasons, approved by a person, followed on their way. */
export default function ToursPage() {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const queries = useQueryClient();
  const [query, setQuery] = useSearchParams();
  const date = query.get('day') ?? serviceDate(new Date(), timeZone);
  const containers = useContainerStates();
  const depots = [...new Set((containers.data ?? []).map((state) => state.depot_id))].sort();
  const depot = query.get('depot') ?? depots[0] ?? '';
  const tours = useTours(date);
  const shown = (tours.data ?? []).filter((tour) => tour.depot_id === depot);
  const proposalId = query.get('proposal') ?? shown[0]?.proposal_id ?? '';
  const proposal = useProposal(proposalId);
  const working = isWorking(proposal.data?.state);
  const waiting = shown.filter((tour) => tour.state === 'TOUR_STATE_PROPOSED');
  const propose = usePropose((id) => change({ proposal: id }));
  const approve = useApprove((count) => say('good', m.approved(count)));

  const state = proposal.data?.state;
  useEffect(() => {
    if (state === 'TOUR_PROPOSAL_STATE_DONE') refreshTours(queries);
  }, [state, queries]);

  function change(values: { day?: string; depot?: string; proposal?: string }) {
    setQuery({ day: date, depot, ...values }, { replace: true });
  }

  return (
    <PageFrame
      title={m.title}
      about={tours.data && m.count(shown.length)}
      actions={
        <>
          <DayPicker value={date} onChange={(day) => change({ day })} />
          {depots.length > 1 && (
            <SelectField
              label={m.depot}
              hideLabel
              value={depot}
              options={depots.map((value) => ({ value, label: value }))}
              onChange={(value) => change({ depot: value })}
            />
          )}
          <Button
            kind={waiting.length > 0 ? 'plain' : 'main'}
            disabled={!depot || working || propose.isPending}
            onClick={() => propose.mutate({ depot_id: depot, service_date: date })}
          >
            {m.propose}
          </Button>
          {waiting.length > 0 && (
            <Button
              kind="main"
              disabled={working || approve.isPending}
              onClick={() => approve.mutate(waiting)}
            >
              {m.approveAll(waiting.length)}
            </Button>
          )}
        </>
      }
    >
      {propose.isError && <Failure error={propose.error} />}
      {approve.isError && <Failure error={approve.error} />}
      {proposal.isError && <Failure error={proposal.error} onAgain={() => void proposal.refetch()} />}
      {proposal.data && <Progress proposal={proposal.data} />}
      {tours.isPending && <Loading />}
      {tours.isError && <Failure error={tours.error} onAgain={() => void tours.refetch()} />}
      {tours.data && shown.length === 0 && !working && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {shown.length > 0 && <TourTable tours={shown} />}
      {waiting.length > 0 && <p>{m.again}</p>}
      {proposal.data && !working && proposal.data.left_containers.length > 0 && (
        <Left proposal={proposal.data} states={containers.data ?? []} />
      )}
    </PageFrame>
  );
}

function Progress({ proposal }: { proposal: WasteTourProposal }) {
  const m = useMessages(messages);
  const format = useFormat();
  const sentence = useSentence();
  const cancel = useCancelProposal();
  if (proposal.state === 'TOUR_PROPOSAL_STATE_FAILED') {
    return (
      <Panel title={m.failed}>
        <p role="alert">{sentence(proposal.fault)}</p>
      </Panel>
    );
  }
  if (!isWorking(proposal.state)) return null;
  return (
    <Panel title={m.proposing}>
      <progress aria-label={m.proposing} value={proposal.progress_share} max={1} />
      <p>{m.progress(format.percent(proposal.progress_share))}</p>
      {cancel.isError && <Failure error={cancel.error} />}
      <div>
        <Button disabled={cancel.isPending} onClick={() => cancel.mutate(proposal.proposal_id)}>
          {m.stop}
        </Button>
      </div>
    </Panel>
  );
}

function TourTable({ tours }: { tours: readonly WasteTour[] }) {
  const m = useMessages(messages);
  const format = useFormat();
  const navigate = useNavigate();
  const columns = useMemo<readonly Column<WasteTour>[]>(
    () => [
      {
        id: 'truck',
        header: m.truck,
        cell: (tour) => <strong>{tour.truck_id}</strong>,
        order: (tour) => tour.truck_id,
      },
      {
        id: 'leaves',
        header: m.leaves,
        cell: (tour) => (tour.leave_time ? format.time(tour.leave_time) : '–'),
        order: (tour) => tour.leave_time ?? '',
      },
      {
        id: 'back',
        header: m.back,
        minor: true,
        cell: (tour) => (tour.back_time ? format.time(tour.back_time) : '–'),
        order: (tour) => tour.back_time ?? '',
      },
      {
        id: 'done',
        header: m.done,
        numeric: true,
        cell: (tour) => m.doneOf(tour.stops.filter(isDone).length, tour.stops.length),
        order: (tour) => tour.stops.length,
      },
      {
        id: 'distance',
        header: m.distance,
        numeric: true,
        minor: true,
        cell: (tour) => format.distance(tour.distance_m),
        order: (tour) => tour.distance_m,
      },
      {
        id: 'state',
        header: m.state,
        cell: (tour) => (
          <Badge tone={STATE_TONES[tour.state] ?? 'plain'}>{wordFor(m.states, tour.state)}</Badge>
        ),
        order: (tour) => tour.state,
      },
    ],
    [m, format],
  );
  return (
    <DataTable
      label={m.list}
      columns={columns}
      rows={tours}
      rowId={(tour) => tour.tour_id}
      first={{ id: 'truck' }}
      onOpen={(tour) => void navigate(`/tours/${encodeURIComponent(tour.tour_id)}`)}
    />
  );
}

/** Every container that is not collected, with the reason. */
function Left({ proposal, states }: { proposal: WasteTourProposal; states: readonly WasteContainerState[] }) {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const siteName = useSiteName();
  const sentence = useSentence();
  const byId = useMemo(() => new Map(states.map((state) => [state.container_id, state])), [states]);
  const nameOf = (containerId: string) => {
    const state = byId.get(containerId);
    return state ? `${siteName(state.site_id)} · ${wordFor(words.fraction, state.fraction)}` : containerId;
  };
  return (
    <details>
      <summary>{m.leftOut(m.leftCount(proposal.left_containers.length))}</summary>
      <DataTable
        label={m.left}
        rows={proposal.left_containers}
        rowId={(each) => each.container_id}
        first={{ id: 'container' }}
        columns={[
          {
            id: 'container',
            header: m.container,
            cell: (each) => nameOf(each.container_id),
            order: (each) => nameOf(each.container_id),
          },
          {
            id: 'why',
            header: m.why,
            cell: (each) => sentence(each.reason),
            order: (each) => each.reason?.code ?? '',
          },
        ]}
      />
    </details>
  );
}
