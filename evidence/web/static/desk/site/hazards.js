// New hazards: a row begins with what is usual, phrases the agency uses often are offered for its item.
import { button, element } from "./element.js";
import { t } from "./words.js";

const LIST = "隐患";
const RECHECK = "head|计划复查日期";
const DAY_MS = 24 * 3600_000;

// What stands in a field that is drawn already.
function show(name, value) {
  for (const field of globalThis.document?.getElementsByName(name) ?? []) field.value = value;
}

// The general deadline counts from the day of the visit.
export function usualDeadline(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export function addHazard(visit, bundle, item = "") {
  const counts = (visit.rows ??= {});
  const row = counts[LIST] ?? 0;
  counts[LIST] = row + 1;
  visit.typed[`${LIST}|${row}|等级`] = ["一般"];
  visit.typed[`${LIST}|${row}|整改期限`] = [usualDeadline(visit.plan.day, bundle.rectification_days)];
  if (visit.plan.recheck_on && !visit.typed[RECHECK]?.length) {
    visit.typed[RECHECK] = [visit.plan.recheck_on];
    show(RECHECK, visit.plan.recheck_on);
  }
  if (item) visit.typed[`${LIST}|${row}|检查项`] = [String(item)];
  return row;
}

// One press takes a phrase; those of the row's item come first, drawn when they are asked for.
export function drawPhrases(row, session) {
  const { visit, bundle } = session;
  const offered = element("details", { className: "phrases" }, element("summary", { textContent: t("常用描述") }));
  const chips = element("div", { className: "choices" });
  offered.append(chips);
  offered.ontoggle = () => {
    if (!offered.open) return;
    const [item] = visit.typed[`${LIST}|${row}|检查项`] ?? [];
    const phrases = item ? bundle.phrases[item] ?? [] : Object.values(bundle.phrases).flat().slice(0, 12);
    const drawn = phrases.map((phrase) => button(phrase, () => {
      session.changed(`${LIST}|${row}|描述`, [phrase]);
      show(`${LIST}|${row}|描述`, phrase);
    }));
    chips.replaceChildren(...(drawn.length ? drawn : [element("span", { className: "quiet", textContent: t("这一项还没有常用描述。") })]));
  };
  return offered;
}
