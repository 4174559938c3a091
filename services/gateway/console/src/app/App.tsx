import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { RouterProvider } from 'react-router';
import { Problem } from '@/api/problem';
import { LanguageProvider } from '@/i18n/language';
import { LiveProvider } from '@/live/live';
import { SignIn } from '@/session/SignIn';
import { SESSION_KEY, useSession } from '@/session/session';
import { CommandProvider } from './commands';
import { Failure } from './Failure';
import { Loading } from './Loading';
import { router } from './router';
import { askStatusSoon } from './status';
import { ThemeProvider } from './theme';

/** What failed is said after so many more tries, and tried again for as long as it is shown. */
const MORE_TRIES = 2;
const AGAIN_MS = 10_000;

const SetupPage = lazy(() => import('@/setup/SetupPage'));

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < MORE_TRIES && isPassing(error),
      refetchInterval: ({ state }) => (isPassing(state.error) ? AGAIN_MS : false),
    },
  },
});

function isPassing(error: unknown): boolean {
  return error instanceof Problem && error.passing;
}

queries.getQueryCache().subscribe(({ type, query }) => {
  // A session that has ended shows at the next call, whichever it is.
  if (type !== 'updated' || query.queryKey[0] === SESSION_KEY[0]) return;
  const { error, fetchFailureReason } = query.state;
  if (query.queryKey[0] !== 'status') askStatusSoon(queries, fetchFailureReason);
  if (error instanceof Problem && error.status === 401)
    void queries.invalidateQueries({ queryKey: SESSION_KEY });
});

export function App() {
  return (
    <LanguageProvider>
      <ThemeProvider>
        <QueryClientProvider client={queries}>
          <Door />
        </QueryClientProvider>
      </ThemeProvider>
    </LanguageProvider>
  );
}

/** Drivers have a page of their own, and nothing to do on these. */
function ToDriverPage() {
  useEffect(() => location.replace('/driver'), []);
  return <Loading />;
}

/** Who is not signed in sees nothing else. */
function Door() {
  const session = useSession();
  if (session.isPending) return <Loading />;
  if (session.error instanceof Problem && session.error.reason === 'NOT_SET_UP') {
    return (
      <Suspense fallback={<Loading />}>
        <SetupPage />
      </Suspense>
    );
  }
  if (session.isError) return <Failure error={session.error} onAgain={() => void session.refetch()} />;
  if (!session.data) return <SignIn />;
  const { roles } = session.data;
  if (roles.length > 0 && roles.every((role) => role === 'driver')) return <ToDriverPage />;
  return (
    <LiveProvider
      url="/v1/events"
      onRefused={() => void queries.invalidateQueries({ queryKey: SESSION_KEY })}
    >
      <CommandProvider>
        <RouterProvider router={router} />
      </CommandProvider>
    </LiveProvider>
  );
}
