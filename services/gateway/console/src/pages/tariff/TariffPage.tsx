import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { client, told } from '@/api/client';
import { allPages, PAGE_SIZE } from '@/api/pages';
import { Problem } from '@/api/problem';
import type { TicketingProduct, TicketingTariff } from '@/api/schema';
import { Failure } from '@/app/Failure';
import { Loading } from '@/app/Loading';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { DataTable } from '@/components/DataTable';
import { DayPicker } from '@/components/DayPicker';
import { Empty, Facts, PageFrame, Panel } from '@/components/PageFrame';
import { useTimeZone } from '@/district/district';
import { useFormat } from '@/i18n/format';
import { useLanguage, useMessages, wordFor } from '@/i18n/language';
import { serviceDate } from '@/i18n/local_time';
import { dayName } from '@/pages/statement/period';
import { messages } from './messages';
import styles from './TariffPage.module.css';

const HOUR_MIN = 60;

/** The tariff in force, so that it can be read aloud. */
export default function TariffPage() {
  const m = useMessages(messages);
  const timeZone = useTimeZone();
  const [query, setQuery] = useSearchParams();
  const date = query.get('day') ?? serviceDate(new Date(), timeZone);
  const show = (day: string) => setQuery({ day }, { replace: true });
  const tariff = useTariff(date);
  return (
    <PageFrame title={m.title} about={m.about} actions={<DayPicker value={date} onChange={show} />}>
      {tariff.isPending && <Loading />}
      {tariff.isError && <Failure error={tariff.error} onAgain={() => void tariff.refetch()} />}
      {tariff.data === null && (
        <Empty title={m.noTariff}>
          <p>{m.noTariffHint}</p>
        </Empty>
      )}
      {tariff.data && <InForce tariff={tariff.data} />}
      <Versions onShow={show} />
    </PageFrame>
  );
}

function useTariff(date: string) {
  return useQuery({
    queryKey: ['tariff', date],
    queryFn: async (): Promise<TicketingTariff | null> => {
      try {
        return (
          told(await client.GET('/v1/tariff', { params: { query: { service_date: date } } })).tariff ?? null
        );
      } catch (error) {
        if (error instanceof Problem && error.reason === 'NO_TARIFF') return null;
        throw error;
      }
    },
  });
}

function InForce({ tariff }: { tariff: TicketingTariff }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const format = useFormat();
  const money = (cents: number) => format.money(cents, tariff.currency);
  return (
    <>
      <Panel title={m.rules}>
        <Facts
          facts={[
            [m.version, `${tariff.version_id}, ${m.inForce(dayName(tariff.first_service_date, language))}`],
            [m.settled, wordFor(m.settledBy, tariff.settled)],
            [m.lateDays, m.days(tariff.late_days)],
            [m.transfer, m.minutes(tariff.transfer_minutes)],
          ]}
        />
      </Panel>
      <section className={styles.part} aria-label={m.products}>
        <h2>{m.products}</h2>
        <DataTable
          label={m.products}
          rows={tariff.products}
          rowId={(product) => product.product_id}
          columns={[
            {
              id: 'name',
              header: m.name,
              cell: (product) => (
                <>
                  <strong>{language === 'de' ? product.name : product.english_name}</strong>{' '}
                  {product.cap && <Badge tone="accent">{m.cap}</Badge>}
                </>
              ),
              order: (product) => product.name,
            },
            { id: 'valid', header: m.valid, cell: (product) => <Valid product={product} /> },
            {
              id: 'riders',
              header: m.riders,
              minor: true,
              cell: (product) =>
                m.persons(
                  product.person_count,
                  product.rider_categories
                    .map((each) => (each in m.categories ? wordFor(m.categories, each) : each))
                    .join(', '),
                ),
            },
            {
              id: 'price',
              header: m.price,
              numeric: true,
              cell: (product) =>
                product.per_km_cents > 0
                  ? `${money(product.price_cents)} ${m.perKm(money(product.per_km_cents))}`
                  : money(product.price_cents),
              order: (product) => product.price_cents,
            },
            { id: 'source', header: m.source, minor: true, cell: (product) => product.source || '–' },
          ]}
        />
      </section>
    </>
  );
}

function Valid({ product }: { product: TicketingProduct }) {
  const m = useMessages(messages);
  const { minutes, count } = product;
  if (minutes > 0) return minutes % HOUR_MIN === 0 ? m.hours(minutes / HOUR_MIN) : m.minutes(minutes);
  if (product.validity === 'days') return m.days(count);
  if (product.validity === 'carnet') return m.uses(count);
  return wordFor(m.validities, product.validity);
}

function Versions({ onShow }: { onShow: (day: string) => void }) {
  const m = useMessages(messages);
  const { language } = useLanguage();
  const versions = useQuery({
    queryKey: ['tariffs'],
    queryFn: () =>
      allPages(
        async (page_token) =>
          told(await client.GET('/v1/tariffs', { params: { query: { page_size: PAGE_SIZE, page_token } } })),
        (page) => page.tariffs,
      ),
  });
  if (versions.isError) return <Failure error={versions.error} onAgain={() => void versions.refetch()} />;
  if (!versions.data) return null;
  return (
    <Panel title={m.versions}>
      <ul className={styles.versions}>
        {versions.data.map((each) => (
          <li key={each.version_id}>
            <span>
              <strong>{each.version_id}</strong> {m.inForce(dayName(each.first_service_date, language))}
            </span>
            <Button kind="quiet" onClick={() => onShow(each.first_service_date)}>
              {m.show} <span className="only-read-aloud">{each.version_id}</span>
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
