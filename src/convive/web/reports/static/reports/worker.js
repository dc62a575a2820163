/* Keeps the open form at hand without a network. Its reach is /r/: it never sees the sealed channel. It keeps the empty
   form and the files that draw it, and nothing that anybody wrote or read. */
"use strict";

const CACHE = "reports-1";
const SHELL = [
  "/r/es/nuevo/", "/r/en/nuevo/", "/static/citizen.css", "/static/reports/reports.css", "/static/reports/place.js",
  "/static/reports/drafts.js", "/static/js_lib_leaflet/leaflet.js", "/static/js_lib_leaflet/leaflet.css",
  "/static/icon.svg",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (!SHELL.includes(address.pathname) && !address.pathname.startsWith("/r/")) return;
  event.respondWith(
    fetch(event.request).catch(async () => {
      const kept = await caches.match(address.pathname);
      const language = address.pathname.startsWith("/r/en/") ? "en" : "es";
      return kept || (await caches.match(`/r/${language}/nuevo/`)) || Response.error();
    })
  );
});
