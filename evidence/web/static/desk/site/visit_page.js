// The page of one visit: arrival and leaving, people, lists, photographs, finishing.
import { button, element } from "./element.js";
import { datalist, draw } from "./fields.js";
import { drawList } from "./lists.js";
import { NoPhotographError, takeIn } from "./photograph.js";
import * as store from "./store.js";
import { keep, leftBeforeArrival, stamp } from "./visit.js";
import { t } from "./words.js";

const TIMES = { 到达时间: "到达", 离开时间: "离开" };

function photographsOf(session) {
  return (name) => {
    const { visit } = session;
    const count = element("span", { textContent: `${(visit.photographs[name] ?? []).length} ${t("张照片")}` });
    const camera = element("input", { type: "file", accept: "image/*", multiple: true });
    camera.setAttribute("capture", "environment");
    camera.onchange = async () => {
      for (const file of camera.files) {
        try {
          const taken = await takeIn(file, session.offset);
          await store.write("photographs", taken.sha256, taken);
          const kept = (visit.photographs[name] ??= []);
          if (!kept.includes(taken.sha256)) kept.push(taken.sha256);
          await session.save();
        } catch (error) {
          const full = "本机存储已满，这一笔没有存上。请删除手机里的其他内容后再试。";
          session.tell(error instanceof NoPhotographError ? error.message : full);
        }
      }
      camera.value = "";
      count.textContent = `${(visit.photographs[name] ?? []).length} ${t("张照片")}`;
    };
    return element("label", { className: "camera" }, `📷 ${t("拍照")} `, camera, count);
  };
}

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
  const fields = session.visit.plan.head.filter((field) => !(field.heading in TIMES));
  const drawn = (some) => some.map((field) =>
    draw(field, session.visit.typed[field.name] ?? [], (now) => session.changed(field.name, now),
      session.errors[field.name]));
  const rest = fields.filter((field) => field.seldom && !session.errors[field.name]);
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

function answered(answer) {
  if (!answer || answer.status === 200 && !answer.refused?.length) return null;
  const said = [...(answer.refused ?? []).map((each) => `${each.place} ${each.what}`), ...(answer.theirs ?? [])];
  return element("div", { className: "notice" }, element("p", { textContent: answer.what ?? t("服务器没有收下：") }),
    element("ul", {}, ...said.map((textContent) => element("li", { textContent }))),
    element("p", { textContent: answer.remedy ?? t("其余内容已登记。请改正后再送。") }));
}

function finish(session) {
  return button(t("完成并送出"), async () => {
    const { visit } = session;
    if (!visit.typed["head|到达时间"]?.length) return session.tell("请先点“到达”。");
    if (leftBeforeArrival(visit)) return session.tell("离开时间早于到达时间。");
    visit.state = "waiting";
    await session.save();
    return session.finished();
  }, "main");
}

export function drawVisit(visit, context) {
  const { bundle } = context;
  const session = { ...context, visit, checklist: bundle.checklist, errors: {} };
  for (const each of visit.answer?.refused ?? []) session.errors[each.field] = each.what;
  session.save = () => keep(visit, context.tell);
  session.changed = (name, values) => {
    visit.typed[name] = values;
    if (visit.state !== "open") visit.state = "open";
    return session.save();
  };
  session.photographs = photographsOf(session);
  const { plan } = visit;
  return element("article", {}, button(`← ${t("返回")}`, context.back, "plain"),
    element("h2", { textContent: `${plan.enterprise.name} ${plan.title}` }),
    element("p", { className: "quiet", textContent: plan.enterprise.address }),
    answered(visit.answer), times(session), earlier(plan), head(session),
    ...plan.lists.map((list) => drawList(list, session)),
    datalist("bases", bundle.bases.map(([basis]) => basis)),
    datalist("criteria", bundle.criteria.map(([code]) => code)),
    datalist("phrases", Object.values(bundle.phrases).flat()), finish(session));
}
