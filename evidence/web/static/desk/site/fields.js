// Draws the fields of the form that the server described; a change goes to `changed` at once.
import { element } from "./element.js";

function choices(field, values, changed) {
  const several = field.widget === "several";
  const group = element("div", { className: "choices" });
  for (const [value, label] of field.choices) {
    const box = element("input", { type: several ? "checkbox" : "radio", name: field.name, value });
    box.checked = values.includes(value);
    box.onchange = () =>
      changed([...group.querySelectorAll("input:checked")].map((chosen) => chosen.value));
    group.append(element("label", {}, box, label));
  }
  return group;
}

function select(field, values, changed) {
  const list = element("select", { name: field.name, onchange: () => changed([list.value]) });
  list.append(element("option", { value: "" }));
  for (const [value, label] of field.choices) list.append(element("option", { value, textContent: label }));
  list.value = values[0] ?? "";
  return list;
}

const TYPES = { date: "date", moment: "datetime-local", number: "number" };

function typed(field, values, changed, list) {
  const area = field.widget === "area";
  const made = element(area ? "textarea" : "input", { name: field.name, value: values[0] ?? "" });
  if (!area) made.type = TYPES[field.widget] ?? "text";
  if (list) made.setAttribute("list", list);
  made.oninput = () => changed(made.value ? [made.value] : []);
  return made;
}

const LISTS = { 依据: "bases", 判定条款: "criteria", 描述: "phrases" };

export function draw(field, values, changed, error = "") {
  const grouped = ["choice", "several"].includes(field.widget) && field.choices.length > 0;
  const make = grouped ? choices : field.widget === "select" ? select : typed;
  const inner = make(field, values, changed, LISTS[field.heading]);
  const label = element("span", { className: "label", textContent: field.label });
  const wrong = error ? element("span", { className: "wrong", textContent: `✕ ${error}` }) : null;
  const made = element(grouped ? "fieldset" : "label", { className: "field" }, label, inner, wrong);
  made.dataset.heading = field.heading;
  return made;
}

export function datalist(id, values) {
  const options = values.map((value) => element("option", { value }));
  return element("datalist", { id }, ...options);
}
