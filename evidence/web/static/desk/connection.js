// The line to the server: whenever it is cut the page says so, and what is sent meanwhile waits and goes by itself.
// The form of a visit has a banner of its own, for its text is kept on the device, too (entry.js). Files that are
// sent in parts ask here (`desk:cut`) and hear when the line is there (`desk:line`); they wait in their own list.
"use strict";

(() => {
  const banner = document.getElementById("cut");
  if (!banner) return;
  const AGAIN_MS = 3000;
  const LOOK_MS = 15_000;
  const GATEWAY = new Set([502, 503, 504]);
  let waiting = null;
  let watching = false;

  async function reachable() {
    if (!navigator.onLine) return false;
    const answer = await fetch(banner.dataset.probe, { method: "HEAD", cache: "no-store" }).catch(() => null);
    return Boolean(answer?.ok);
  }

  async function watch() {
    if (watching) return;
    watching = true;
    while (!(await reachable())) {
      banner.hidden = Boolean(document.getElementById("offline"));
      await new Promise((then) => { setTimeout(then, AGAIN_MS); });
    }
    banner.hidden = true;
    watching = false;
    document.dispatchEvent(new Event("desk:line"));
    const { form, button } = waiting ?? {};
    waiting = null;
    if (form?.isConnected) form.requestSubmit(button?.isConnected ? button : undefined);
  }

  addEventListener("offline", watch);
  document.addEventListener("desk:cut", watch);
  document.addEventListener("htmx:sendError", watch);
  document.addEventListener("htmx:responseError", (event) => { if (GATEWAY.has(event.detail.xhr.status)) watch(); });
  setInterval(() => { if (!document.hidden) watch(); }, LOOK_MS);

  // Seen before htmx sees it: nothing is sent into a line that is known to be dead.
  document.addEventListener("submit", (event) => {
    const own = document.getElementById("uploads") ? "#visit, [data-uploads]" : "#visit";
    if (event.target.matches(own) || (banner.hidden && navigator.onLine)) return;
    event.preventDefault();
    event.stopPropagation();
    waiting = { form: event.target, button: event.submitter };
    watch();
  }, true);
})();
