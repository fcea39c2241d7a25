// Keeps the page and its scripts on the device, one cache a version, so that it opens without a network.
// Data never passes through here: the page itself keeps it in IndexedDB.
const CACHE = `site-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("site-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || !FILES.includes(pathname)) return;
  const answer = async () => (await caches.match(pathname, { cacheName: CACHE })) ?? fetch(event.request);
  event.respondWith(answer());
});
