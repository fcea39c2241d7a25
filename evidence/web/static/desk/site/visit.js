// One visit as it is written down: every change is on the disk before the page says so.
import { sealed } from "./seal.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

export const STATES = { open: "填写中", waiting: "待送", sent: "已送达", refused: "改正后再送" };

export async function openVisit(planned, account) {
  const kept = await vault.readVisit(planned.key);
  if (kept) {
    // one that came back after its PIN was forgotten knows its plan from the server alone
    const plan = kept.plan ?? planned;
    return { ...kept, plan: kept.state === "open" ? { ...planned, ...own(plan) } : plan };
  }
  const typed = Object.fromEntries(planned.head.map((field) => [field.name, field.values]));
  return { key: planned.key, account, plan: planned, typed, photographs: {}, times: {}, state: "open", step: 0 };
}

// Whatever the plan says anew, what the visit began with stays: answers stand in the order of their hazards.
function own({ lists, head, outside, enterprise }) {
  return outside ? { lists, head, outside, enterprise } : { lists, head };
}

// Writes queue up: a later keystroke is never overtaken by an earlier one.
let last = Promise.resolve();

function queued(visit, write, tell) {
  tell("正在存入本机……");
  visit.step += 1;
  const copy = structuredClone(visit);
  last = last
    .then(() => write(copy))
    .then(() => visit.step === copy.step && tell("已存在本机"))
    .catch(() => tell("本机存储已满，这一笔没有存上。请删除手机里的其他内容后再试。"));
  return last;
}

export const keep = (visit, tell) => queued(visit, vault.writeVisit, tell);

export const photographsOf = (visit) => [...new Set(Object.values(visit.photographs).flat())];

// A camera's name for a file may be longer than the server takes; counted in letters, as there.
const cut = (name = "") => [...name].slice(0, 200).join("");

// What the device said of each photograph: from the box beside it, or as the server gave it back.
async function described(visit) {
  const told = {};
  for (const digest of photographsOf(visit)) {
    const kept = await store.read("photographs", digest);
    const said = await vault.json(kept?.said) ?? visit.described?.[digest];
    if (said) told[digest] = { ...said, name: cut(said.name) };
  }
  return told;
}

// A finished visit is the server's to open: nothing of what was written stays readable here, PIN or not.
export function finish(visit, serverKey, tell) {
  return queued(visit, async (copy) => {
    const { key, plan, typed, times, photographs, rows, gone, position } = copy;
    const page = { plan, rows, gone, position };
    const facts = { key, kind: plan.kind, case: plan.case, typed, times, photographs, described: await described(copy), page };
    if (plan.outside) facts.enterprise = plan.enterprise.name;
    const text = JSON.stringify({ ...facts, device_ms: Date.now() });
    const sending = { sealed: await sealed(serverKey, new TextEncoder().encode(text)), digests: photographsOf(copy) };
    const left = { ...copy, state: "waiting", typed: {}, times: {}, photographs: {}, described: {}, answer: null };
    await vault.writeVisit(left, sending);
    for (const digest of sending.digests) {
      const kept = await store.read("photographs", digest);
      if (kept) await store.write("photographs", digest, { ...kept, said: null, preview: null });
    }
  }, tell);
}

// The device's own time, by the offset to the server that was measured last.
export function stamp(visit, heading, offset) {
  const now = Date.now();
  visit.times[heading] = { device_ms: now, offset_ms: offset };
  const local = new Date(now + offset + 8 * 3600_000).toISOString().slice(0, 16);
  visit.typed[`head|${heading}`] = [local];
}
