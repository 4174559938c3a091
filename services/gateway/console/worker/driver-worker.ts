/** Keeps the driver's page on the phone, so that it opens without a network. Calls of the services go by untouched. */

const worker = self as unknown as ServiceWorkerGlobalScope;

/** Put in by the build: the page's address and everything it is made of, and a name for exactly these. */
declare const __PAGE__: string;
declare const __FILES__: readonly string[];
declare const __BUILD__: string;

const PREFIX = 'driver-';
const NAME = PREFIX + __BUILD__;
/** After so long without an answer the page that is kept is shown: a bad network is as good as none. */
const PATIENCE_MS = 4_000;

worker.addEventListener('install', (event) => {
  event.waitUntil(keepEverything());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(page(request));
  } else if (__FILES__.includes(url.pathname)) {
    event.respondWith(file(request));
  }
});

async function keepEverything(): Promise<void> {
  const cache = await caches.open(NAME);
  // Past the browser's own cache: the page must be the one these files belong to.
  await cache.addAll([__PAGE__, ...__FILES__].map((path) => new Request(path, { cache: 'reload' })));
  await worker.skipWaiting();
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
  await worker.clients.claim();
}

/** As it is now on the server; as it is kept where that does not answer in time. */
async function page(request: Request): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: patience.signal });
    if (answer.ok) return answer;
    return (await kept(__PAGE__)) ?? answer;
  } catch {
    return (await kept(__PAGE__)) ?? Response.error();
  } finally {
    clearTimeout(timer);
  }
}

async function file(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(NAME)).match(path);
}
