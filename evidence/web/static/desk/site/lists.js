// The lists of a visit: 25 items by one thumb, hazards with photographs, what a recheck or a call found.
import { camera, firstPhotographs } from "./camera.js";
import { button, element } from "./element.js";
import { draw } from "./fields.js";
import { addHazard, drawPhrases } from "./hazards.js";
import { t } from "./words.js";

const nameOf = (list, row, heading) => `${list.name}|${row}|${heading}`;
const HAZARDS = "隐患";

// What is rarely filled in stands behind 更多, unless the server found something wrong with it.
function row(list, at, session) {
  const made = element("div", { className: "row" });
  const seldom = [];
  for (const column of list.columns) {
    const name = nameOf(list, at, column.heading);
    if (column.widget === "photos") {
      made.append(camera(name, session));
      continue;
    }
    const values = session.visit.typed[name] ?? [];
    const wrong = session.errors[name];
    const field = draw({ ...column, name }, values, (now) => session.changed(name, now), wrong);
    if (column.seldom && !wrong) seldom.push(field);
    else made.append(field);
    if (list.name === HAZARDS && column.heading === "描述") made.append(drawPhrases(at, session));
  }
  if (seldom.length) made.append(element("details", {}, element("summary", { textContent: t("更多") }), ...seldom));
  return made;
}

function items(list, session) {
  const all = button(t("全部合格"), () => {
    for (let at = 0; at < session.checklist.length; at += 1) {
      session.visit.typed[nameOf(list, at, "结果")] ??= ["合格"];
    }
    session.save();
    session.redraw();
  });
  const rows = session.checklist.map((item, at) =>
    element("div", { className: "item" },
      element("details", {}, element("summary", { textContent: `${item.number}. ${item.title}` }),
        element("p", { className: "quiet", textContent: item.text })),
      row(list, at, session),
      button(t("＋ 本项隐患"), () => session.addHazard(item.number).scrollIntoView(), "add")),
  );
  return element("section", {}, element("h2", { textContent: list.label }), all, ...rows);
}

function answers(list, session) {
  const rows = list.keys.map((hazard, at) => {
    session.visit.typed[nameOf(list, at, HAZARDS)] ??= [hazard];
    return element("div", { className: "card" }, element("h3", { textContent: list.labels[at] }),
      firstPhotographs(list.photographs?.[hazard] ?? []), row(list, at, session));
  });
  return element("section", {}, element("h2", { textContent: list.label }), ...rows);
}

// A new row is set below the others; drawing forty hazards with their photographs anew for it would fill the memory.
function free(list, session) {
  const counts = (session.visit.rows ??= {});
  const rows = [];
  for (let at = 0; at < (counts[list.name] ?? 0); at += 1) {
    if (!session.visit.gone?.includes(`${list.name}|${at}`)) rows.push(card(list, at, session));
  }
  const add = (item) => {
    if (list.name === HAZARDS) addHazard(session.visit, session.bundle, item);
    else counts[list.name] = (counts[list.name] ?? 0) + 1;
    session.save();
    const made = card(list, counts[list.name] - 1, session);
    more.before(made);
    return made;
  };
  const more = button(`＋ ${list.label}`, () => add(), "add");
  if (list.name === HAZARDS) session.addHazard = add;
  const id = list.name === HAZARDS ? "hazards" : "";
  return element("section", { id }, element("h2", { textContent: list.label }), ...rows, more);
}

function card(list, at, session) {
  const drop = button(t("删除这一行"), () => {
    (session.visit.gone ??= []).push(`${list.name}|${at}`);
    for (const kept of [session.visit.typed, session.visit.photographs]) {
      for (const name of Object.keys(kept)) if (name.startsWith(`${list.name}|${at}|`)) delete kept[name];
    }
    session.save();
    made.remove();
  }, "plain");
  const made = element("div", { className: "card" }, row(list, at, session), drop);
  return made;
}

export function drawList(list, session) {
  if (list.name === "检查项目") return items(list, session);
  return list.keys.length ? answers(list, session) : free(list, session);
}
