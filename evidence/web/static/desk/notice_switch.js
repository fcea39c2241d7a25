// The switch for notices of this browser, on 我的账号. What stands on the list when it is switched on is no news.
"use strict";

(() => {
  const ON = "evidence-notices";
  const SHOWN = "evidence-notices-shown";
  const part = document.querySelector("[data-notice-switch]");
  if (!part || !("Notification" in window) || !window.isSecureContext) return;
  const account = document.body.dataset.account;
  const [on, off] = [part.querySelector("[data-turn-on]"), part.querySelector("[data-turn-off]")];

  function draw() {
    const active = localStorage.getItem(ON) === account && Notification.permission === "granted";
    const refused = Notification.permission === "denied";
    part.querySelector("span").textContent = refused ? part.dataset.refused : active ? part.dataset.on : part.dataset.off;
    on.hidden = active || refused;
    off.hidden = !active;
    part.hidden = false;
  }

  on.addEventListener("click", async () => {
    if (await Notification.requestPermission() === "granted") {
      const answer = await fetch("/notices/", { credentials: "same-origin" });
      const { lines } = await answer.json();
      localStorage.setItem(SHOWN, JSON.stringify(lines.map((line) => line.key)));
      localStorage.setItem(ON, account);
    }
    draw();
  });
  off.addEventListener("click", () => { localStorage.removeItem(ON); draw(); });
  draw();
})();
