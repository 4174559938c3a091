import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import type { PoolingBreakdown } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { type Column, DataTable } from '@/components/DataTable';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages } from '@/pages/breakdown/messages';
import { useBreakdowns } from '@/pages/breakdown/reports';
import { useVehicleName, useVehicles } from '@/pages/rides/rides';

/** Every breakdown, whoever reported it. */
export default function BreakdownsPage() {
  const m = useMessages(messages);
  const format = useFormat();
  const navigate = useNavigate();
  const vehicleName = useVehicleName();
  const vehicles = useVehicles().data;
  const found = useBreakdowns();
  const columns = useMemo<readonly Column<PoolingBreakdown>[]>(() => {
    // Of a vehicle's breakdowns, only the latest can still be why it stands.
    const latest = new Map<string, string>();
    for (const one of found.data ?? [])
      if (!latest.has(one.vehicle_id)) latest.set(one.vehicle_id, one.breakdown_id);
    const stands = (one: PoolingBreakdown) =>
      latest.get(one.vehicle_id) === one.breakdown_id &&
      vehicles?.find(({ vehicle_id }) => vehicle_id === one.vehicle_id)?.out_of_service;
    return [
      {
        id: 'when',
        header: m.when,
        cell: ({ event_time = '' }) => m.happened(format.day(event_time), format.time(event_time)),
        order: ({ event_time = '' }) => event_time,
      },
      {
        id: 'vehicle',
        header: m.vehicle,
        cell: ({ vehicle_id }) => <strong>{vehicleName(vehicle_id)}</strong>,
        order: ({ vehicle_id }) => vehicleName(vehicle_id),
      },
      { id: 'reason', header: m.what, minor: true, cell: ({ reason }) => wordFor(m.reasons, reason) },
      {
        id: 'stranded',
        header: m.stranded,
        numeric: true,
        minor: true,
        cell: ({ stranded_count }) => stranded_count,
      },
      { id: 'later', header: m.later, numeric: true, minor: true, cell: ({ later_count }) => later_count },
      { id: 'moved', header: m.moved, numeric: true, minor: true, cell: ({ moved_count }) => moved_count },
      {
        id: 'state',
        header: m.state,
        cell: (one) =>
          stands(one) ? <Badge tone="bad">{m.standsStill}</Badge> : <Badge tone="plain">{m.isOver}</Badge>,
      },
    ];
  }, [m, format, found.data, vehicles, vehicleName]);
  return (
    <PageFrame title={m.breakdowns} about={m.breakdownsAbout}>
      {found.isPending && <Loading />}
      {found.isError && <Failure error={found.error} onAgain={() => void found.refetch()} />}
      {found.data?.length === 0 && (
        <Empty title={m.noBreakdowns}>
          <p>{m.noBreakdownsHint}</p>
        </Empty>
      )}
      {found.data && found.data.length > 0 && (
        <DataTable
          label={m.breakdowns}
          columns={columns}
          rows={found.data}
          rowId={({ breakdown_id }) => breakdown_id}
          first={{ id: 'when', descending: true }}
          onOpen={({ breakdown_id }) => void navigate(`/breakdowns/${breakdown_id}`)}
        />
      )}
    </PageFrame>
  );
}
