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
  if (event.target.matches("[data-suggest]")) event.detail.parameters = { q: event.target.value };
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

// The plan's board: a visit goes to the day it is dropped on, or to the day its box names.
function moveVisit(visit, day) {
  const column = document.querySelector(`.day[data-day="${CSS.escape(day)}"]`);
  if (!visit || !column) return;
  column.append(visit);
  visit.querySelector("select").value = day;
}

for (const day of document.querySelectorAll(".day")) {
  day.addEventListener("dragover", (event) => { event.preventDefault(); day.classList.add("over"); });
  day.addEventListener("dragleave", () => day.classList.remove("over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    day.classList.remove("over");
    moveVisit(document.querySelector(`.visit[data-key="${CSS.escape(event.dataTransfer.getData("text/plain"))}"]`), day.dataset.day);
  });
}
document.addEventListener("dragstart", (event) => {
  const visit = event.target.closest?.(".visit");
  if (visit) event.dataTransfer.setData("text/plain", visit.dataset.key);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-move]")) return;
  moveVisit(event.target.closest(".visit"), event.target.value);
  event.target.focus();
});
