// The page of one visit: arrival and leaving, people, lists, photographs, finishing.
import { button, element } from "./element.js";
import { datalist, draw } from "./fields.js";
import { obstacle, otherEnterprise } from "./finish.js";
import { drawList } from "./lists.js";
import { drawName } from "./outside.js";
import { finish as seal, keep, stamp } from "./visit.js";
import { t } from "./words.js";

const TIMES = { 到达时间: "到达", 离开时间: "离开" };

function times(session) {
  const row = element("div", { className: "times" });
  for (const [heading, label] of Object.entries(TIMES)) {
    const name = `head|${heading}`;
    const field = session.visit.plan.head.find((each) => each.name === name);
    if (!field) continue;
    const press = button(t(label), () => {
      stamp(session.visit, heading, session.offset);
      session.save();
      session.redraw();
    }, "big");
    row.append(element("div", {}, press,
      draw(field, session.visit.typed[name] ?? [], (now) => session.changed(name, now), session.errors[name])));
  }
  return row;
}

function head(session) {
  const { plan, typed } = session.visit;
  const fields = plan.head.filter((field) => !(field.heading in TIMES));
  const drawn = (some) => some.map((field) =>
    draw(field, typed[field.name] ?? [], (now) => session.changed(field.name, now), session.errors[field.name]));
  const asked = (field) => plan.outside && field.heading === "计划外说明";
  const rest = fields.filter((field) => field.seldom && !session.errors[field.name] && !asked(field));
  return element("section", {}, element("h2", { textContent: t("基本情况") }),
    ...drawn(fields.filter((field) => !rest.includes(field))),
    element("details", {}, element("summary", { textContent: t("更多") }), ...drawn(rest)));
}

function earlier(plan) {
  if (!plan.earlier.length) return null;
  const told = plan.earlier.map((each) =>
    element("li", { textContent: `${each.found} ${each.location}：${each.description} ${each.state}` }));
  return element("details", { open: true }, element("summary", { textContent: t("往年隐患") }), element("ul", {}, ...told));
}

// At the gate: the code on the licence, typed or by the keyboard's own scanner, against the plan's enterprise.
function atTheGate(plan) {
  if (!plan.enterprise.credit_code) return null;
  const wrong = element("p", { className: "wrong", hidden: true, textContent: `✕ ${t("这不是计划中的企业，请核对。")}` });
  const code = element("input", { name: "gate", autocomplete: "off", inputMode: "text" });
  code.oninput = () => { wrong.hidden = !otherEnterprise(code.value, plan.enterprise); };
  return element("details", {}, element("summary", { textContent: t("核对企业") }),
    element("label", { className: "field" },
      element("span", { className: "label", textContent: t("营业执照上的统一社会信用代码") }), code), wrong);
}

function whereabouts(session) {
  const box = element("input", { type: "checkbox", checked: Boolean(session.visit.position) });
  box.onchange = () => { session.visit.position = box.checked; session.save(); };
  return element("div", { className: "choices" }, element("label", {}, box, t("照片记下拍摄位置")));
}

function answered(answer) {
  if (!answer || answer.status === 200 && !answer.refused?.length) return null;
  const said = [...(answer.refused ?? []).map((each) => `${each.place} ${each.what}`), ...(answer.theirs ?? [])];
  return element("div", { className: "notice" }, element("p", { textContent: answer.what ?? t("服务器没有收下：") }),
    element("ul", {}, ...said.map((textContent) => element("li", { textContent }))),
    element("p", { textContent: answer.remedy ?? t("其余内容已登记。请改正后再送。") }));
}

function finish(session) {
  const why = element("p", { className: "wrong", role: "alert" });
  const send = button(t("完成并送出"), async () => {
    const { visit } = session;
    const [phrase, row] = obstacle(visit, session.bundle) ?? [];
    if (phrase) {
      why.textContent = `✕ ${t(phrase)}${row ?? ""}`;
      return undefined;
    }
    await seal(visit, session.bundle.seal_key, session.tell);
    return session.finished();
  }, "main");
  return element("div", {}, why, send);
}

export function drawVisit(visit, context) {
  const { bundle } = context;
  const session = { ...context, visit, checklist: bundle.checklist, errors: {} };
  for (const each of visit.answer?.refused ?? []) session.errors[each.field] = each.what;
  session.save = () => keep(visit, context.tell);
  session.changed = (name, values) => {
    if (values.length || name in visit.typed) visit.typed[name] = values;
    return session.altered();
  };
  session.altered = () => {
    if (visit.state !== "open") visit.state = "open";
    return session.save();
  };
  const { plan } = visit;
  const title = element("h2");
  const entitle = () => { title.textContent = `${plan.enterprise.name} ${plan.title}`; };
  entitle();
  return element("article", {}, button(`← ${t("返回")}`, context.back, "plain"),
    title, drawName(session, entitle),
    element("p", { className: "quiet", textContent: plan.enterprise.address }), atTheGate(plan),
    answered(visit.answer), times(session), earlier(plan), head(session), whereabouts(session),
    ...plan.lists.map((list) => drawList(list, session)),
    datalist("bases", bundle.bases.map(([basis]) => basis)),
    datalist("criteria", bundle.criteria.map(([code]) => code)), finish(session));
}
