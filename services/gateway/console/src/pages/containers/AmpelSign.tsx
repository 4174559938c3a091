import { Circle, CircleQuestionMark, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { WasteAmpel } from '@/api/schema';
import { Badge, type Tone } from '@/components/Badge';
import { useMessages, wordFor } from '@/i18n/language';
import styles from './AmpelSign.module.css';
import { messages } from './messages';

const SIGNS: Record<string, { tone: Tone; Shape: LucideIcon }> = {
  AMPEL_RED: { tone: 'bad', Shape: OctagonAlert },
  AMPEL_YELLOW: { tone: 'warn', Shape: TriangleAlert },
  AMPEL_GREEN: { tone: 'good', Shape: Circle },
};

/** The colour in a word and a shape of its own: those who see no red from green read it as well. */
export function AmpelSign({ ampel }: { ampel: WasteAmpel }) {
  const m = useMessages(messages);
  const { tone, Shape } = SIGNS[ampel] ?? { tone: 'plain' as const, Shape: CircleQuestionMark };
  return (
    <Badge tone={tone}>
      <Shape aria-hidden="true" className={styles.shape} />
      {wordFor(m.ampel, ampel)}
    </Badge>
  );
}

/** How full, as a figure and a bar. */
export function LevelBar({ share, written }: { share: number; written: string }) {
  return (
    <span className={styles.level}>
      <span className={styles.bar} aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      </span>
      {written}
    </span>
  );
}
