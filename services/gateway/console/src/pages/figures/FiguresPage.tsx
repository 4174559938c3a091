import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import type { Role } from '@/app/page';
import { Button } from '@/components/Button';
import { DayPicker } from '@/components/DayPicker';
import { SelectField } from '@/components/Field';
import { PageFrame } from '@/components/PageFrame';
import { useTimeZone, useZones } from '@/district/district';
import { useLanguage, useMessages } from '@/i18n/language';
import { serviceDate } from '@/i18n/local_time';
import { dayName } from '@/pages/statement/period';
import { useSession } from '@/session/session';
import { download, ridesCsv, wasteCsv } from './csv';
import styles from './FiguresPage.module.css';
import { useRideFigures, useWasteFigures } from './figures';
import { messages } from './messages';
import { GRAINS, type Grain, type Span, spanUpTo } from './periods';
import { RidePlots } from './RidePlots';
import { WastePlots } from './WastePlots';

const RIDE_ROLES: readonly Role[] = ['dispatcher', 'operator', 'auditor'];
const WASTE_ROLES: readonly Role[] = ['depot', 'operator'];
const EVERYWHERE = '';

/** What the services did, by day, week or month: drawn, as tables, and to take away. */
export default function FiguresPage() {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const timeZone = useTimeZone();
  const roles = useSession().data?.roles ?? [];
  const zones = useZones().data ?? [];
  const [query, setQuery] = useSearchParams();
  const last = query.get('day') ?? serviceDate(new Date(), timeZone);
  const asked = query.get('by') as Grain | null;
  const grain = asked && GRAINS.includes(asked) ? asked : 'day';
  const [zoneId, setZoneId] = useState(EVERYWHERE);
  const span = spanUpTo(last, grain);
  const show = (day: string, by: Grain) => setQuery({ day, by }, { replace: true });
  const hasRides = RIDE_ROLES.some((role) => roles.includes(role));
  return (
    <PageFrame
      title={m.title}
      about={m.about(dayName(span.first, language), dayName(span.last, language))}
      actions={
        <>
          <SelectField
            label={m.grain}
            hideLabel
            value={grain}
            options={GRAINS.map((value) => ({ value, label: m.grains[value] }))}
            onChange={(by) => show(last, by)}
          />
          {hasRides && zones.length > 1 && (
            <div className={styles.zone}>
              <SelectField
                label={m.zone}
                hideLabel
                value={zoneId}
                options={[
                  { value: EVERYWHERE, label: m.allZones },
                  ...zones.map((zone) => ({ value: zone.zone_id, label: zone.name || zone.zone_id })),
                ]}
                onChange={setZoneId}
              />
            </div>
          )}
          <DayPicker value={last} onChange={(day) => show(day, grain)} />
        </>
      }
    >
      {hasRides && <Rides span={span} grain={grain} zoneId={zoneId} />}
      {WASTE_ROLES.some((role) => roles.includes(role)) && <Containers span={span} grain={grain} />}
    </PageFrame>
  );
}

function Rides({ span, grain, zoneId }: { span: Span; grain: Grain; zoneId: string }) {
  const m = useMessages(messages);
  const figures = useRideFigures(span, zoneId);
  return (
    <section className={styles.part} aria-label={m.rides}>
      <div className={styles.heading}>
        <h2>{m.rides}</h2>
        <Button
          disabled={!figures.data}
          onClick={() => download(`rides-${span.first}-${span.last}.csv`, ridesCsv(figures.data?.days ?? []))}
        >
          {m.export}
        </Button>
      </div>
      {figures.isPending && <Loading />}
      {figures.isError && <Failure error={figures.error} onAgain={() => void figures.refetch()} />}
      {figures.data && (
        <RidePlots
          days={figures.data.days}
          factors={figures.data.emission_factors}
          span={span}
          grain={grain}
        />
      )}
    </section>
  );
}

function Containers({ span, grain }: { span: Span; grain: Grain }) {
  const m = useMessages(messages);
  const figures = useWasteFigures(span);
  return (
    <section className={styles.part} aria-label={m.waste}>
      <div className={styles.heading}>
        <h2>{m.waste}</h2>
        <Button
          disabled={!figures.data}
          onClick={() =>
            download(`containers-${span.first}-${span.last}.csv`, wasteCsv(figures.data?.days ?? []))
          }
        >
          {m.exportWaste}
        </Button>
      </div>
      {figures.isPending && <Loading />}
      {figures.isError && <Failure error={figures.error} onAgain={() => void figures.refetch()} />}
      {figures.data && <WastePlots days={figures.data.days} span={span} grain={grain} />}
    </section>
  );
}
