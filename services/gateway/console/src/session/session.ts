import { useQuery } from '@tanstack/react-query';
import { currentSession } from './calls';

export const SESSION_KEY = ['session'] as const;

export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: currentSession, staleTime: Number.POSITIVE_INFINITY });
}
