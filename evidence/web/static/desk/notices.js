// Browser notices while a page of the desk is open; each person switches them on for each device on 我的账号.
// What was shown is remembered here; two tabs that show the same line at once show one notice, for it has one tag.
"use strict";

(() => {
  const ON = "evidence-notices";
  const SHOWN = "evidence-notices-shown";
  const EVERY_MS = 60_000;
  const MANY = 3;

  const known = () => { try { return JSON.parse(localStorage.getItem(SHOWN)) ?? []; } catch { return []; } };

  function show(title, body, tag, url) {
    const notice = new Notification(title, { body, tag, icon: document.querySelector("link[rel=icon]")?.href });
    notice.onclick = () => { window.focus(); window.location.assign(url); notice.close(); };
  }

  async function look() {
    if (localStorage.getItem(ON) !== document.body.dataset.account || Notification.permission !== "granted") return;
    const answer = await fetch("/notices/", { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return;
    const { lines, title, many, all } = await answer.json();
    const before = new Set(known());
    const fresh = lines.filter((line) => !before.has(line.key));
    localStorage.setItem(SHOWN, JSON.stringify(lines.map((line) => line.key)));
    if (fresh.length > MANY) show(many.replace("{count}", fresh.length), "", "many", all);
    else for (const line of fresh) show(title, line.words, line.key, line.url);
  }

  if (!document.body.dataset.account || !("Notification" in window)) return;
  look();
  setInterval(look, EVERY_MS);
})();
