// The desk's own behaviour: dialogs, and what the keyboard does. No state of its own, nothing stored.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "reason" && !event.detail.target.open) event.detail.target.showModal();
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.closest("dialog").close();
});

// A poll must not take the focus away from someone who is reading with the keyboard.
document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  if (target.id !== "live" || !target.contains(document.activeElement)) return;
  const label = document.activeElement.getAttribute("aria-label") || document.activeElement.textContent;
  const kind = document.activeElement.tagName;
  target.addEventListener("htmx:afterSettle", () => {
    for (const each of target.querySelectorAll(kind)) {
      if ((each.getAttribute("aria-label") || each.textContent) === label) { each.focus(); break; }
    }
  }, { once: true });
});

// The pages of the header fold into a menu where there is little room.
document.addEventListener("click", (event) => {
  const menu = document.querySelector("[data-menu]");
  const shown = Boolean(event.target.closest("[data-menu]")) && menu.getAttribute("aria-expanded") !== "true";
  if (!menu) return;
  menu.setAttribute("aria-expanded", String(shown));
  document.getElementById("nav").classList.toggle("shown", shown);
  for (const each of document.querySelectorAll("details.me[open]")) if (!each.contains(event.target)) each.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector('[data-menu][aria-expanded="true"]');
  if (menu && event.key === "Escape") { menu.click(); menu.focus(); }
});

// The page picture: + and - zoom, R turns; the number field asks with what was typed.
function look(viewer, key) {
  const step = (name, count, by, around) => {
    const now = [...Array(count).keys()].find((each) => each && viewer.classList.contains(name + each)) || 0;
    viewer.classList.remove(name + now);
    const next = around ? (now + by + count) % count : Math.min(count - 1, Math.max(0, now + by));
    if (next) viewer.classList.add(name + next);
  };
  if (key === "+" || key === "=") step("zoom", 3, 1, false);
  else if (key === "-") step("zoom", 3, -1, false);
  else if (key === "r" || key === "R") step("turn", 4, 1, true);
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  const viewer = event.target.closest(".viewer");
  if (!viewer || event.ctrlKey || event.metaKey || event.altKey) return;
  if (look(viewer, event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-view]");
  if (tool) look(tool.closest(".frame").querySelector(".viewer"), tool.dataset.view);
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[data-suggest]")) event.detail.parameters = { q: event.target.value, of: event.target.dataset.suggest };
});

for (const zone of document.querySelectorAll(".drop")) {
  const input = zone.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    if (!zone.classList.contains("stack")) zone.requestSubmit();
  });
}

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

// The items nobody marked are in order: one press instead of twenty-five.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  for (const each of button.closest("section").querySelectorAll("select")) if (!each.value) each.value = button.dataset.fill;
  button.closest("form").dispatchEvent(new Event("change", { bubbles: true }));
});

// One more row than there is: the last one again, empty, with the next number in every name.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more]");
  if (!button) return;
  const rows = button.closest("section").querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const next = (text) => text.replace(/\|(\d+)\|/, (_all, number) => `|${Number(number) + 1}|`);
  for (const each of row.querySelectorAll("[name], [for], [id]")) {
    for (const name of ["name", "for", "id"]) if (each.hasAttribute(name)) each.setAttribute(name, next(each.getAttribute(name)));
    if (each.matches("input:not([type=checkbox]), textarea, select")) each.value = "";
    if (each.matches("input[type=checkbox]")) each.checked = false;
  }
  for (const each of row.querySelectorAll("legend, label.unseen")) each.textContent = each.textContent.replace(/\d+/, (number) => Number(number) + 1);
  last.after(row);
  row.querySelector("input, select, textarea").focus();
});

// A box on the picture and its line beside it are one: pressing the box offers the same two words there,
// and the line at work lights up its box.
function pick(page, name, words) {
  for (const each of page.querySelectorAll(".picked")) each.classList.remove("picked");
  if (!name) return;
  page.querySelector(`.box[data-box="${CSS.escape(name)}"]`)?.classList.add("picked");
  const line = page.querySelector(`.mark[data-mark="${CSS.escape(name)}"]`);
  line?.classList.add("picked");
  if (words && line) words.querySelector("span").textContent = line.querySelector("p").textContent.trim();
}
document.addEventListener("click", (event) => {
  const box = event.target.closest(".box[data-box]");
  const page = event.target.closest(".page");
  const words = page?.querySelector("[data-verdicts]");
  if (!words) return;
  const verdict = event.target.closest("[data-verdict]");
  if (verdict) {
    page.querySelector(`.mark[data-mark="${CSS.escape(words.dataset.box)}"] button[value="${verdict.dataset.verdict}"]`).click();
    return;
  }
  if (words.contains(event.target)) return;
  words.hidden = !box;
  if (!box) return;
  pick(page, box.dataset.box, words);
  words.dataset.box = box.dataset.box;
  for (const each of words.querySelectorAll("button")) {
    each.disabled = page.querySelector(`.mark[data-mark="${CSS.escape(box.dataset.box)}"] button[value="${each.dataset.verdict}"]`).disabled;
  }
  const { x, y, height } = box.querySelector("rect").getBBox();
  const view = box.ownerSVGElement.viewBox.baseVal;
  words.style.left = `${Math.min(62, (100 * x) / view.width)}%`;
  words.style.top = `${(100 * (y + height)) / view.height}%`;
  words.querySelector("button:not([disabled])")?.focus();
});
document.addEventListener("keydown", (event) => {
  const words = event.target.closest("[data-verdicts]");
  if (words && event.key === "Escape") words.hidden = true;
});
document.addEventListener("focusin", (event) => {
  const line = event.target.closest(".mark[data-mark]");
  if (line) pick(line.closest(".page"), line.dataset.mark, null);
});

// Things that lie somewhere and can be moved: visits on days of the plan, pages on places of documents.
// By mouse: drag. By keyboard: the box below each names the place, Alt and an arrow moves to the next.
const boards = [
  { thing: ".visit", place: ".day", key: "day", pick: "[data-move]", swap: false },
  { thing: ".tile", place: ".slot", key: "slot", pick: "[data-lay]", swap: true },
];

function boardOf(element) {
  return boards.find((board) => element.closest(board.thing));
}

function put(board, thing, place) {
  const from = thing.closest(board.place);
  const pick = thing.querySelector(board.pick);
  const wanted = place.dataset[board.key];
  if (from === place || ![...pick.options].some((option) => option.value === wanted)) return;
  const other = board.swap && wanted ? place.querySelector(board.thing) : null;
  if (other) {
    const back = other.querySelector(board.pick);
    const home = from.dataset[board.key];
    if (![...back.options].some((option) => option.value === home)) return;
    from.append(other);
    back.value = home;
  }
  place.append(thing);
  pick.value = wanted;
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = `${thing.getAttribute("aria-label")} → ${pick.selectedOptions[0].textContent}`;
}

let dragged = null;
document.addEventListener("dragstart", (event) => {
  const board = event.target.closest && boardOf(event.target);
  if (!board) return;
  dragged = event.target.closest(board.thing);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.getAttribute("aria-label") || "");
});
document.addEventListener("dragend", () => { dragged = null; });
for (const place of document.querySelectorAll(".day, .slot")) {
  const fits = () => dragged && place.matches(boardOf(dragged).place);
  place.addEventListener("dragover", (event) => { if (fits()) { event.preventDefault(); place.classList.add("over"); } });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    place.classList.remove("over");
    if (!fits()) return;
    event.preventDefault();
    put(boardOf(dragged), dragged, place);
  });
}
document.addEventListener("change", (event) => {
  const board = boards.find((each) => event.target.matches(each.pick));
  if (!board) return;
  const wanted = event.target.value;
  const thing = event.target.closest(board.thing);
  const place = [...document.querySelectorAll(board.place)].find((each) => each.dataset[board.key] === wanted);
  event.target.value = thing.closest(board.place).dataset[board.key];
  put(board, thing, place);
  event.target.focus();
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  const board = step && event.altKey && boardOf(event.target);
  if (!board) return;
  event.preventDefault();
  const thing = event.target.closest(board.thing);
  const places = [...document.querySelectorAll(board.place)];
  const here = thing.closest(board.place);
  // What lies nowhere yet takes the next free place; what lies somewhere changes with its neighbour.
  const free = (place) => here.dataset[board.key] || !board.swap || !place.querySelector(board.thing);
  let at = places.indexOf(here) + step;
  while (places[at] && !free(places[at])) at += step;
  const next = places[at];
  if (next) put(board, thing, next);
  thing.focus();
});

// What this device takes for now: the server compares, since a telephone's clock may run ahead.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("input[name=device_now]");
  if (field) field.value = String(Date.now());
}, true);
