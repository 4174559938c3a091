import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { WasteContainer, WasteDevice, WasteSite } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { type Column, DataTable } from '@/components/DataTable';
import { TextField } from '@/components/Field';
import { Empty, PageFrame } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { messages as mapMessages } from '@/pages/map/messages';
import { useSession } from '@/session/session';
import { ContainerDialog } from './ContainerDialog';
import { DeviceDialog } from './DeviceDialog';
import { messages } from './messages';
import { SiteDialog } from './SiteDialog';
import { useContainers, useDevices, useSites } from './sites';

const KINDS = ['sites', 'containers', 'devices'] as const;
type Kind = (typeof KINDS)[number];
type Open =
  | { site: WasteSite | null }
  | { container: WasteContainer | null }
  | { device: WasteDevice | null };
const DEMO = 'demo-';

/** What stands where, and which sensor tells of it: added, changed, removed. */
export default function SitesPage() {
  const m = useMessages(messages);
  const words = useMessages(mapMessages);
  const format = useFormat();
  const demo = useSession().data?.demo ?? false;
  const [query, setQuery] = useSearchParams();
  const asked = query.get('list');
  const kind: Kind = KINDS.find((each) => each === asked) ?? 'sites';
  const [text, setText] = useState('');
  const [open, setOpen] = useState<Open | null>(null);
  const sites = useSites();
  const containers = useContainers();
  const devices = useDevices();

  const siteName = useMemo(() => {
    const names = new Map((sites.data ?? []).map((site) => [site.site_id, site.name || site.site_id]));
    return (siteId: string) => names.get(siteId) ?? siteId;
  }, [sites.data]);
  const nameOf = useMemo(
    () => (container: WasteContainer) =>
      `${siteName(container.site_id)} · ${wordFor(words.fraction, container.fraction)}`,
    [siteName, words],
  );
  const containerName = useMemo(() => {
    const names = new Map((containers.data ?? []).map((each) => [each.container_id, nameOf(each)]));
    return (containerId: string) => names.get(containerId) ?? containerId;
  }, [containers.data, nameOf]);
  const matches = (...parts: string[]) => {
    const all = parts.join(' ').toLocaleLowerCase();
    return text
      .toLocaleLowerCase()
      .split(/\s+/)
      .every((word) => all.includes(word));
  };

  const siteColumns: readonly Column<WasteSite>[] = [
    {
      id: 'name',
      header: m.name,
      cell: (site) => <strong>{site.name || site.site_id}</strong>,
      order: (site) => site.name,
    },
    { id: 'id', header: m.id, minor: true, cell: (site) => site.site_id },
    {
      id: 'count',
      header: m.containers,
      numeric: true,
      cell: (site) => (containers.data ?? []).filter((each) => each.site_id === site.site_id).length,
    },
    {
      id: 'position',
      header: m.position,
      minor: true,
      cell: (site) =>
        site.position
          ? `${site.position.latitude_deg.toFixed(5)}, ${site.position.longitude_deg.toFixed(5)}`
          : '–',
    },
  ];
  const containerColumns: readonly Column<WasteContainer>[] = [
    {
      id: 'site',
      header: m.site,
      cell: (container) => <strong>{siteName(container.site_id)}</strong>,
      order: (container) => siteName(container.site_id),
    },
    {
      id: 'fraction',
      header: m.fraction,
      cell: (container) => wordFor(words.fraction, container.fraction),
      order: (container) => wordFor(words.fraction, container.fraction),
    },
    { id: 'form', header: m.form, minor: true, cell: (container) => wordFor(m.forms, container.kind) },
    {
      id: 'volume',
      header: m.volume,
      numeric: true,
      minor: true,
      cell: (container) => format.number(container.volume_l),
      order: (container) => container.volume_l,
    },
    {
      id: 'device',
      header: m.devices,
      cell: (container) =>
        (devices.data ?? [])
          .filter((device) => device.container_id === container.container_id)
          .map((device) => device.device_id)
          .join(', ') || '–',
    },
  ];
  const deviceColumns: readonly Column<WasteDevice>[] = [
    {
      id: 'id',
      header: m.id,
      cell: (device) => (
        <>
          <strong>{device.device_id}</strong>{' '}
          {demo && device.device_id.startsWith(DEMO) && <Badge tone="plain">{m.demo}</Badge>}
        </>
      ),
      order: (device) => device.device_id,
    },
    { id: 'model', header: m.model, cell: (device) => device.model, order: (device) => device.model },
    {
      id: 'watches',
      header: m.watches,
      cell: (device) =>
        device.container_id
          ? containerName(device.container_id)
          : device.yard_id || device.parking_space_id || m.nothing,
      order: (device) => (device.container_id ? containerName(device.container_id) : ''),
    },
    {
      id: 'since',
      header: m.since,
      minor: true,
      cell: (device) => (device.register_time ? format.dayAndTime(device.register_time) : '–'),
      order: (device) => device.register_time ?? '',
    },
  ];

  const all = { sites, containers, devices }[kind];
  const shownSites = (sites.data ?? []).filter((site) => matches(site.name, site.site_id));
  const shownContainers = (containers.data ?? []).filter((each) => matches(nameOf(each), each.container_id));
  const shownDevices = (devices.data ?? []).filter((each) =>
    matches(each.device_id, each.model, each.container_id ? containerName(each.container_id) : ''),
  );
  const about = {
    sites: m.siteCount(shownSites.length),
    containers: m.containerCount(shownContainers.length),
    devices: m.deviceCount(shownDevices.length),
  }[kind];
  const add = { sites: m.newSite, containers: m.newContainer, devices: m.newDevice }[kind];
  const begin: Record<Kind, Open> = {
    sites: { site: null },
    containers: { container: null },
    devices: { device: null },
  };

  return (
    <PageFrame
      title={m.title}
      about={all.data && about}
      actions={
        <>
          <Choice
            label={m.kind}
            value={kind}
            options={KINDS.map((value) => ({ value, label: m[value] }))}
            onChange={(value) => setQuery({ list: value }, { replace: true })}
          />
          <TextField
            label={m.search}
            hideLabel
            type="search"
            placeholder={m.search}
            value={text}
            onChange={setText}
          />
          <Button kind="main" icon={<Plus aria-hidden="true" />} onClick={() => setOpen(begin[kind])}>
            {add}
          </Button>
        </>
      }
    >
      {all.isPending && <Loading />}
      {all.isError && <Failure error={all.error} onAgain={() => void all.refetch()} />}
      {all.data?.length === 0 && (
        <Empty title={m.none}>
          <p>{m.noneHint}</p>
        </Empty>
      )}
      {kind === 'sites' && shownSites.length > 0 && (
        <DataTable
          label={m.sites}
          columns={siteColumns}
          rows={shownSites}
          rowId={(site) => site.site_id}
          first={{ id: 'name' }}
          onOpen={(site) => setOpen({ site })}
        />
      )}
      {kind === 'containers' && shownContainers.length > 0 && (
        <DataTable
          label={m.containers}
          columns={containerColumns}
          rows={shownContainers}
          rowId={(container) => container.container_id}
          first={{ id: 'site' }}
          onOpen={(container) => setOpen({ container })}
        />
      )}
      {kind === 'devices' && shownDevices.length > 0 && (
        <DataTable
          label={m.devices}
          columns={deviceColumns}
          rows={shownDevices}
          rowId={(device) => device.device_id}
          first={{ id: 'id' }}
          onOpen={(device) => setOpen({ device })}
        />
      )}
      {open && 'site' in open && <SiteDialog site={open.site} onClose={() => setOpen(null)} />}
      {open && 'container' in open && (
        <ContainerDialog
          container={open.container}
          sites={sites.data ?? []}
          depots={[...new Set((containers.data ?? []).map((each) => each.depot_id))].sort()}
          onClose={() => setOpen(null)}
        />
      )}
      {open && 'device' in open && (
        <DeviceDialog
          device={open.device}
          containers={containers.data ?? []}
          containerName={nameOf}
          onClose={() => setOpen(null)}
        />
      )}
    </PageFrame>
  );
}
