// Entering a visit: rows on demand, days that follow the arrival, a copy on this device until it is entered.
// The form stands on a page of its own or in the side panel of 今天; each form gets its own behaviour once.
"use strict";

function entering(form) {
  const named = (name) => form.querySelector(`[name="${CSS.escape(name)}"]`);
  const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

  // A radio that was chosen can be taken back by pressing it once more.
  let before = null;
  form.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest("label")?.querySelector("input[type=radio]");
    before = radio && radio.checked ? radio : null;
  });
  form.addEventListener("click", (event) => {
    if (event.target.matches("input[type=radio]") && event.target === before) {
      event.target.checked = false;
      before = null;
      changed();
    }
  });

  // Days that follow from the arrival; what a person wrote himself stays.
  function dayAfter(text, days) {
    const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
    if (Number.isNaN(day.getTime())) return "";
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  }
  function follow(field, days) {
    const arrival = named("head|到达时间")?.value;
    if (!field || !arrival || (field.value && field.value !== field.dataset.followed)) return;
    field.value = dayAfter(arrival, days);
    field.dataset.followed = field.value;
  }
  function followAll() {
    follow(named("head|计划复查日期"), Number(form.dataset.recheck));
    for (const each of form.querySelectorAll('input[name^="隐患|"][name$="|整改期限"]')) follow(each, Number(form.dataset.deadline));
  }
  form.addEventListener("change", (event) => { if (event.target.name === "head|到达时间") followAll(); });

  form.addEventListener("click", (event) => {
    const offer = event.target.closest("[data-offer]");
    if (!offer) return;
    const field = offer.closest(".field").querySelector("input");
    field.value = offer.dataset.offer;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // One more row, from the empty one that stands beside the list.
  function add(list) {
    const rows = [...list.querySelectorAll("[data-record]")];
    const used = rows.map((row) => Number(row.querySelector("[name]").name.split("|")[1]));
    const next = Math.max(-1, ...used) + 1;
    const holder = document.createElement("div");
    holder.innerHTML = list.querySelector("template[data-empty]").innerHTML.replaceAll("|NN|", `|${next}|`).replaceAll(" NN<", ` ${next + 1}<`);
    const row = holder.firstElementChild;
    list.querySelector("[data-add]").closest("p").before(row);
    const grade = row.querySelector('input[type=radio][name$="|等级"][value="一般"]');
    if (grade) grade.checked = true;
    showCriterion(row);
    followAll();
    return row;
  }
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add]");
    if (button) add(button.closest("[data-list]")).querySelector("input:not([type=hidden]), textarea").focus();
    const gone = event.target.closest("[data-remove]");
    if (gone) { gone.closest("[data-record]").remove(); changed(); }
  });

  // Only a major hazard has a criterion; only another deadline than the general one has a reason.
  function showCriterion(row) {
    const grade = row.querySelector('input[name$="|等级"]:checked');
    const criterion = row.querySelector('[data-heading="判定条款"]');
    if (criterion) criterion.hidden = !(grade && grade.value === "重大") && !criterion.querySelector("input").value;
  }
  for (const row of form.querySelectorAll("[data-record]")) showCriterion(row);
  form.addEventListener("change", (event) => {
    const row = event.target.closest?.("[data-record]");
    if (row) showCriterion(row);
  });

  // An item that does not conform opens its hazard.
  form.addEventListener("change", (event) => {
    const item = /^检查项目\|(\d+)\|结果$/.exec(event.target.name || "");
    if (!item || event.target.value !== "不合格" || !event.target.checked) return;
    const number = String(Number(item[1]) + 1);
    const list = form.querySelector('[data-list="隐患"]');
    const there = [...list.querySelectorAll('input[name$="|检查项"]')].some((each) => each.value === number);
    if (!list || there) return;
    const row = add(list);
    row.querySelector('input[name$="|检查项"]').value = number;
    row.querySelector("legend").textContent += `：${event.target.closest("tr").querySelector("th").textContent.trim()}`;
    row.querySelector('input[name$="|部位"]').focus();
  });

  // The first mistake is where the eye and the keyboard go.
  form.querySelector("[aria-invalid], .wrong input")?.focus();

  // A copy of what was typed stays on this device until the server has said that it is entered.
  const key = `evidence:${form.dataset.copy}`;
  const once = named("once").value;
  const unsent = new Set(["csrfmiddlewaretoken", "once", "device_now", "seen"]);
  function fields() {
    return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value && !unsent.has(name));
  }
  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ once, at: new Date().toISOString(), fields: fields() }));
    } catch { /* a full or forbidden store: the draft on the server remains */ }
  }
  function kept() {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  }
  const entered = /(?:^|; )entered=([^;]*)/.exec(document.cookie)?.[1];
  for (const each of Object.keys(localStorage)) {
    if (!each.startsWith("evidence:") || !entered) continue;
    try { if (JSON.parse(localStorage.getItem(each)).once === decodeURIComponent(entered)) localStorage.removeItem(each); } catch { localStorage.removeItem(each); }
  }
  const copy = kept();
  const opened = JSON.stringify(fields());
  const banner = document.getElementById("kept");
  if (copy && copy.fields.length && JSON.stringify(copy.fields) !== opened && !("refused" in form.dataset)) {
    banner.hidden = false;
    banner.querySelector("[data-kept-at]").textContent = new Date(copy.at).toLocaleString("zh-CN");
  }
  function restore(saved) {
    for (const each of form.querySelectorAll("input[type=checkbox], input[type=radio]")) each.checked = false;
    for (const [name, value] of saved) {
      const parts = name.split("|");
      const list = parts.length === 3 && form.querySelector(`[data-list="${CSS.escape(parts[0])}"]`);
      for (let tries = 0; list && list.querySelector("[data-empty]") && !named(name) && tries < 60; tries += 1) add(list);
      const each = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      const ticks = each.filter((one) => one.type === "checkbox" || one.type === "radio");
      for (const one of ticks) if (one.value === value) one.checked = true;
      if (!ticks.length && each[0]) each[0].value = value;
    }
    for (const row of form.querySelectorAll("[data-record]")) showCriterion(row);
    changed();
  }
  banner.querySelector("[data-restore]").addEventListener("click", () => { banner.hidden = true; restore(copy.fields); });
  banner.querySelector("[data-discard]").addEventListener("click", () => { banner.hidden = true; localStorage.removeItem(key); });
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // Nothing is sent into a dead line: the form waits with its banner and goes by itself when the line is back.
  const offline = document.getElementById("offline");
  async function reachable() {
    if (!navigator.onLine) return false;
    try {
      const answer = await fetch(form.dataset.probe, { method: "HEAD", cache: "no-store" });
      return answer.ok;
    } catch { return false; }
  }
  let waiting = null;
  async function watch() {
    if (!form.isConnected) return;
    const there = await reachable();
    offline.hidden = there;
    if (there && waiting) {
      const button = waiting.button;
      waiting = null;
      send(button);
    } else if (!there) setTimeout(watch, 3000);
  }
  let sending = false;
  function send(button) {
    sending = true;
    if (button) form.requestSubmit(button); else form.requestSubmit();
  }
  // Seen before htmx sees it, which would send a form that is still waiting for the line.
  form.parentElement.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    keep();
    if (sending) { sending = false; return; }
    event.preventDefault();
    event.stopPropagation();
    waiting = { button: event.submitter };
    watch();
  }, true);
  const here = (act) => (event) => { if (form.isConnected) act(event); };
  addEventListener("offline", here(watch));
  document.addEventListener("htmx:sendError", here(watch));
  document.addEventListener("htmx:responseError", here((event) => { if (event.detail.xhr.status >= 500) watch(); }));
}

function begin() {
  const form = document.getElementById("visit");
  if (!form || form.dataset.begun) return;
  form.dataset.begun = "1";
  entering(form);
}
begin();
document.addEventListener("htmx:afterSwap", begin);
