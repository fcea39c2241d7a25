// A visit that stands in no plan: allowed, with the reason it was made; the server finds the enterprise by its name.
import { button, element } from "./element.js";
import { t } from "./words.js";

const EIGHT_HOURS_MS = 8 * 3600_000;

export function plannedNowhere(kind, name, offset) {
  const day = new Date(Date.now() + offset + EIGHT_HOURS_MS).toISOString().slice(0, 10);
  const enterprise = { id: "", name, credit_code: "", address: "", classes: [] };
  return { ...kind, key: `outside/${crypto.randomUUID()}`, day, case: "", outside: true, enterprise, earlier: [] };
}

function named(value) {
  const input = element("input", { name: "enterprise", autocomplete: "off", maxLength: 200, value });
  const label = element("span", { className: "label", textContent: t("企业名称或统一社会信用代码") });
  return [input, element("label", { className: "field" }, label, input)];
}

// Only the server knows whether the name is right, so it can be put right until a visit was entered under it.
export function drawName({ visit, altered }, shown) {
  const { plan, answer } = visit;
  if (!plan.outside || answer?.receipt) return null;
  const [input, field] = named(plan.enterprise.name);
  input.oninput = () => {
    plan.enterprise.name = input.value.trim();
    shown();
    return altered();
  };
  return field;
}

export function drawOutside(bundle, show, tell) {
  const [name, field] = named("");
  const kinds = (bundle.outside ?? []).map((kind) => button(kind.title, () => {
    if (!name.value.trim()) return tell("请先写企业名称或统一社会信用代码。");
    return show(plannedNowhere(kind, name.value.trim(), bundle.offset_ms));
  }));
  return element("details", { className: "card" }, element("summary", { textContent: t("计划外检查") }),
    field, element("div", { className: "choices" }, ...kinds));
}
