import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { useSession } from '@/session/session';
import { BrokenPage, NotFound, NotOffered, NotYours } from './ErrorBoundary';
import { Loading } from './Loading';
import { isOfWaste, useWasteOffered } from './offered';
import { PAGES, type Page, pagesFor } from './page';
import { Shell } from './Shell';

function routeOf(page: Page): RouteObject {
  return {
    path: page.path,
    errorElement: <BrokenPage />,
    hydrateFallbackElement: <Loading />,
    lazy: async () => {
      const { default: Content } = await page.load();
      return { element: <Guarded page={page} content={<Content />} /> };
    },
  };
}

function Guarded({ page, content }: { page: Page; content: React.ReactNode }) {
  const roles = useSession().data?.roles ?? [];
  const hasWaste = useWasteOffered();
  if (!page.roles.some((role) => roles.includes(role))) return <NotYours />;
  return hasWaste || !isOfWaste(page) ? content : <NotOffered />;
}

/** The first page of the menu. */
function Home() {
  const hasWaste = useWasteOffered();
  const first = pagesFor(useSession().data?.roles ?? []).find(
    (page) => !page.hidden && (hasWaste || !isOfWaste(page)),
  );
  return first ? <Navigate to={first.path} replace /> : <NotYours />;
}

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <BrokenPage />,
    hydrateFallbackElement: <Loading />,
    children: [{ path: '/', element: <Home /> }, ...PAGES.map(routeOf), { path: '*', element: <NotFound /> }],
  },
]);
