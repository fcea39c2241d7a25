// The lists of a visit: 25 items by one thumb, hazards with photographs, what a recheck or a call found.
import { button, element } from "./element.js";
import { draw } from "./fields.js";
import { t } from "./words.js";

const nameOf = (list, row, heading) => `${list.name}|${row}|${heading}`;

function row(list, at, session) {
  const made = element("div", { className: "row" });
  for (const column of list.columns) {
    const name = nameOf(list, at, column.heading);
    if (column.widget === "photos") made.append(session.photographs(name));
    else {
      const values = session.visit.typed[name] ?? [];
      made.append(draw({ ...column, name }, values, (now) => session.changed(name, now), session.errors[name]));
    }
  }
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
    element("details", { className: "item", open: true },
      element("summary", { textContent: `${item.number}. ${item.title}` }),
      element("p", { className: "quiet", textContent: item.text }),
      row(list, at, session)),
  );
  return element("section", {}, element("h2", { textContent: list.label }), all, ...rows);
}

function answers(list, session) {
  const rows = list.keys.map((hazard, at) => {
    session.visit.typed[nameOf(list, at, "隐患")] ??= [hazard];
    return element("div", { className: "card" }, element("h3", { textContent: list.labels[at] }), row(list, at, session));
  });
  return element("section", {}, element("h2", { textContent: list.label }), ...rows);
}

function free(list, session) {
  const counts = (session.visit.rows ??= {});
  const rows = [];
  for (let at = 0; at < (counts[list.name] ?? 0); at += 1) {
    if (!session.visit.gone?.includes(`${list.name}|${at}`)) rows.push(card(list, at, session));
  }
  const more = button(`＋ ${list.label}`, () => {
    counts[list.name] = (counts[list.name] ?? 0) + 1;
    session.save();
    session.redraw();
  }, "add");
  return element("section", {}, element("h2", { textContent: list.label }), ...rows, more);
}

function card(list, at, session) {
  const drop = button(t("删除这一行"), () => {
    (session.visit.gone ??= []).push(`${list.name}|${at}`);
    for (const kept of [session.visit.typed, session.visit.photographs]) {
      for (const name of Object.keys(kept)) if (name.startsWith(`${list.name}|${at}|`)) delete kept[name];
    }
    session.save();
    session.redraw();
  }, "plain");
  return element("div", { className: "card" }, row(list, at, session), drop);
}

export function drawList(list, session) {
  if (list.name === "检查项目") return items(list, session);
  return list.keys.length ? answers(list, session) : free(list, session);
}
