// Keys on every page, and the side panel of 今天: j and k move, Enter opens, U takes back, ? shows the keys.
"use strict";

const panel = () => document.querySelector("[data-desk] > #panel");
const rows = () => {
  const deeds = [...document.querySelectorAll(".deed .go")];
  return deeds.length ? deeds : [...document.querySelectorAll("main .lines li a, main tbody th a, .listed tbody td:not(.pick) a:first-of-type")];
};
const keyOf = (element) => element?.closest("[data-line]")?.dataset.line;
const openKey = () => panel()?.querySelector("[data-key]")?.dataset.key;

// A line just done stays for the moment the week is judged anew; it is dimmed, not gone.
const done = new Map();
const DIMMED_MS = 10000;
function showHere() {
  const key = panel()?.hidden ? null : openKey();
  for (const each of document.querySelectorAll(".deed")) {
    each.classList.toggle("here", each.dataset.line === key);
    const at = done.get(each.dataset.line);
    each.classList.toggle("done", at !== undefined && Date.now() - at < DIMMED_MS && each.dataset.line !== key);
  }
}

// What was only asked to be shown does not open again what was closed meanwhile; the answer to a deed does.
let closings = 0;
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.closings = closings; });
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, xhr } = event.detail;
  if (target === panel() && requestConfig.verb === "get" && xhr.closings !== closings) event.detail.shouldSwap = false;
});

function closePanel() {
  const side = panel();
  closings += 1;
  if (!side || side.hidden) return;
  const key = openKey();
  side.hidden = true;
  side.replaceChildren();
  side.parentElement.classList.remove("open");
  showHere();
  (document.querySelector(`.deed[data-line="${key}"] .go`) || document.querySelector(".deed .go"))?.focus();
}

// The panel opens with what it was given; the keyboard goes to its first button, else to its heading.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "live") showHere();
  const side = panel();
  if (event.detail.target !== side) return;
  side.hidden = false;
  side.scrollTop = 0;
  const last = side.querySelector("[data-take-back] [name=line]")?.value;
  if (last && last !== openKey()) done.set(last, Date.now()); else done.delete(openKey());
  side.parentElement.classList.add("open");
  showHere();
  document.querySelector(".deed.here")?.scrollIntoView({ block: "nearest" });
  (side.querySelector("[data-first]") || side.querySelector("h2"))?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) {
    if (panel()) closePanel(); else window.location.assign("/");
  }
});

function move(step) {
  const all = rows();
  const here = openKey() ? all.findIndex((each) => keyOf(each) === openKey()) : all.indexOf(document.activeElement);
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
  if (!next) return;
  if (panel() && !panel().hidden) next.click(); else next.focus();
}

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], video";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) { closePanel(); return; }
  if (event.target.matches?.(TYPING) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "u") {
    const back = document.querySelector("[data-take-back]");
    if (back) back.requestSubmit(); else closePanel();
  } else if (key === "?") document.getElementById("keys")?.showModal();
  else if (key === "/") document.getElementById("q")?.focus();
  else return;
  event.preventDefault();
});
