import { useCallback, useRef, useState } from 'react';
import type { JourneysGap, JourneysJourney } from '@/api/schema';
import { plan } from './calls';
import { keptAccount } from './kept';
import { planRequest, type Question } from './question';

interface Found {
  journeys: readonly JourneysJourney[];
  gaps: readonly JourneysGap[];
  earlier: string;
  later: string;
}

export interface Search {
  /** The question of what is found. */
  question: Question | null;
  found: Found | null;
  busy: boolean;
  error: unknown;
  ask: (question: Question) => Promise<void>;
  /** Adds journeys before or after those that are found. */
  more: (which: 'earlier' | 'later') => Promise<void>;
  /** The same question once more, now. */
  again: () => Promise<readonly JourneysJourney[]>;
}

export function useSearch(timeZone: string): Search {
  const [question, setQuestion] = useState<Question | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);

  const asked = useCallback(
    async (wanted: Question, pageToken?: string) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setBusy(true);
      setError(null);
      try {
        const body = planRequest(wanted, new Date(), timeZone, keptAccount(), pageToken);
        const answer = await plan(body, mine.signal);
        return mine.signal.aborted ? null : answer;
      } catch (failure) {
        if (mine.signal.aborted) return null;
        setError(failure);
        return null;
      } finally {
        if (running.current === mine) setBusy(false);
      }
    },
    [timeZone],
  );

  const ask = useCallback(
    async (wanted: Question) => {
      setQuestion(wanted);
      setFound(null);
      const answer = await asked(wanted);
      if (!answer) return;
      const { journeys, gaps, earlier_page_token, later_page_token } = answer;
      setFound({ journeys, gaps, earlier: earlier_page_token, later: later_page_token });
    },
    [asked],
  );

  const more = useCallback(
    async (which: 'earlier' | 'later') => {
      if (!question || !found) return;
      // The token belongs to the very question it was given for, its time included.
      const answer = await asked(question, found[which]);
      if (!answer) return;
      setFound(
        which === 'earlier'
          ? {
              ...found,
              journeys: [...answer.journeys, ...found.journeys],
              earlier: answer.earlier_page_token,
            }
          : { ...found, journeys: [...found.journeys, ...answer.journeys], later: answer.later_page_token },
      );
    },
    [asked, question, found],
  );

  const again = useCallback(async () => {
    if (!question) return [];
    const answer = await asked(question);
    if (!answer) return [];
    const { journeys, gaps, earlier_page_token, later_page_token } = answer;
    setFound({ journeys, gaps, earlier: earlier_page_token, later: later_page_token });
    return journeys;
  }, [asked, question]);

  return { question, found, busy, error, ask, more, again };
}
