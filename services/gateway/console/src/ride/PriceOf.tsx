import type { JourneysPrice } from '@/api/schema';
import { type Format, useFormat } from '@/i18n/format';
import { useMessages } from '@/i18n/language';
import { messages, type Words } from './messages';
import styles from './ride.module.css';

/** In words: not known, a part only, nothing, or so much. */
export function priceText(price: JourneysPrice | undefined, m: Words, format: Format): string {
  if (!price) return m.noPrice;
  const amount = format.money(price.cents, price.currency);
  if (!price.complete) return m.atLeast(amount);
  return price.cents === 0 ? m.free : amount;
}

export function PriceOf({ price }: { price: JourneysPrice | undefined }) {
  const m = useMessages(messages);
  const format = useFormat();
  return (
    <p className={styles.price} data-known={Boolean(price) || undefined}>
      <strong>{priceText(price, m as Words, format)}</strong>
    </p>
  );
}
