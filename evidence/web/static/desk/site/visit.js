// One visit as it is written down: every change is on the disk before the page says so.
import * as store from "./store.js";

export const STATES = { open: "填写中", waiting: "待送", sent: "已送达", refused: "改正后再送" };

export async function openVisit(planned, account) {
  const kept = await store.read("visits", planned.key);
  if (kept) return kept;
  const typed = Object.fromEntries(planned.head.map((field) => [field.name, field.values]));
  return { key: planned.key, account, plan: planned, typed, photographs: {}, times: {}, state: "open", step: 0 };
}

// Writes queue up: a later keystroke is never overtaken by an earlier one.
let last = Promise.resolve();

export function keep(visit, tell) {
  tell("正在存入本机……");
  visit.step += 1;
  const copy = structuredClone(visit);
  last = last
    .then(() => store.write("visits", copy.key, copy))
    .then(() => visit.step === copy.step && tell("已存在本机"))
    .catch(() => tell("本机存储已满，这一笔没有存上。请删除手机里的其他内容后再试。"));
  return last;
}

// The device's own time, by the offset to the server that was measured last.
export function stamp(visit, heading, offset) {
  const now = Date.now();
  visit.times[heading] = { device_ms: now, offset_ms: offset };
  const local = new Date(now + offset + 8 * 3600_000).toISOString().slice(0, 16);
  visit.typed[`head|${heading}`] = [local];
}

export function leftBeforeArrival(visit) {
  const [arrived] = visit.typed["head|到达时间"] ?? [];
  const [left] = visit.typed["head|离开时间"] ?? [];
  return Boolean(arrived && left && left < arrived);
}
