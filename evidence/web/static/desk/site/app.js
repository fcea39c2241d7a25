// The opened page: the visits kept on the device, and sending whenever there is a network.
import { trouble } from "./answers.js";
import { letGo } from "./camera.js";
import { deviceName } from "./device.js";
import { button, element } from "./element.js";
import { drawOutside } from "./outside.js";
import { forScreen } from "./photograph.js";
import { recordButton } from "./records.js";
import * as store from "./store.js";
import { sendAll } from "./sync.js";
import { ask, picture } from "./transport.js";
import * as vault from "./vault.js";
import { openVisit, STATES } from "./visit.js";
import { drawVisit } from "./visit_page.js";
import { t } from "./words.js";

const main = document.getElementById("main");
const state = document.getElementById("state");
let tell = () => {};
let bundle;
let device = "";
let shown = null;
let release = () => {};
let again;
const AGAIN_MS = 30_000;
const IDLE_MS = 10 * 60_000;
const CLOSED = {
  waiting: "已完成，内容已封存，只有服务器能打开；送达后如需更正，请找资料员。",
  sent: "已送达；如需更正，请找资料员。",
};

async function refresh() {
  const asked = Date.now();
  const { status, body } = await ask("/site/bundle.json", await asDevice());
  if (status === 200) {
    body.offset_ms = Math.round(body.server_now - (asked + Date.now()) / 2);
    await store.write("bundle", "current", await vault.box(body));
    bundle = body;
    if (body.device_token) await store.write("keys", "device", body.device_token);
    await settle(body.settled ?? {});
    await fetchPictures(body);
  } else if (status === 401 && await ended()) {
    await vault.forget();
    bundle = undefined;
    tell("本机已被停用，没有完成的内容不能再打开；已完成的请交项目负责人。");
  } else if (status !== 0) {
    tell(trouble({ status, body }));
    const way = body.page ? { href: body.page, textContent: t("更改密码") } : { href: "/login/?next=/site/", textContent: t("登录") };
    if (body.page || status === 401) state.append(" ", element("a", way));
  }
  return status === 200;
}

// The office chose between its version and this telephone's: what came back here need not be sent again. Whatever was
// written since then is another matter.
async function settle(settled) {
  for (const [key, visit] of Object.entries(settled)) {
    const kept = await vault.readVisit(key);
    if (kept?.state !== "refused") continue;
    await vault.writeVisit({ ...kept, state: "sent", answer: { status: 200, receipt: { key, visit }, refused: [] } });
  }
}

async function asDevice() {
  const token = await store.read("keys", "device");
  return token ? { headers: { "X-Device": token } } : {};
}

// An expired session is no reason to forget anything; an account that was switched off is.
async function ended() {
  const { status, body } = await ask("/site/device/", await asDevice());
  return status === 200 && body.ended === true;
}

// First photographs of the hazards to be looked at again: each is fetched once, the others are let go.
async function fetchPictures({ visits }) {
  const wanted = new Set(visits.flatMap((plan) =>
    plan.lists.flatMap((list) => Object.values(list.photographs ?? {}).flat())));
  for (const kept of await store.keys("pictures")) {
    if (!wanted.delete(kept)) await store.remove("pictures", kept);
  }
  for (const digest of wanted) {
    const found = await picture(`/site/pictures/${digest}/`);
    const shown = found && await forScreen(found).catch(() => null);
    if (shown) await store.write("pictures", digest, await vault.box(shown));
  }
}

function card(plan, visit) {
  const open = button(`${plan.day} ${plan.enterprise.name} ${plan.title}`, () => show(plan), "visit");
  const { what, remedy } = visit?.state === "waiting" && visit.answer || {};
  const made = element("div", { className: "card" }, open,
    element("span", { className: "quiet", textContent: visit ? t(STATES[visit.state]) : "" }),
    what ? element("p", { className: "quiet", textContent: `${what} ${remedy ?? ""}` }) : null);
  if (visit?.state === "sent" && (bundle.printed ?? []).includes(plan.kind)) made.append(recordButton(visit, bundle.token, tell));
  return made;
}

async function list() {
  release();
  letGo();
  shown = null;
  const kept = new Map();
  for (const key of await store.keys("visits")) kept.set(key, await vault.readVisit(key));
  const own = [...kept.values()].filter((visit) => visit?.plan && visit.account === bundle?.account);
  const planned = [...(bundle?.visits ?? []),
    ...own.map((visit) => visit.plan).filter((plan) => !bundle.visits.some((each) => each.key === plan.key))];
  const cards = planned.map((plan) => card(plan, kept.get(plan.key)));
  const empty = bundle ? t("本周没有安排给您的检查。") : t("还没有下载本周检查，请在有网络时打开一次。");
  if (shown) return; // tapped while the list was read: it is not drawn over the visit
  main.replaceChildren(...(cards.length ? cards : [element("p", { textContent: empty })]),
    ...(bundle ? [drawOutside(bundle, show, tell)] : []));
}

// Two tabs: the second one does not write over what the first one writes.
function hold(key) {
  return new Promise((held, failed) => {
    navigator.locks.request(`visit ${key}`, { ifAvailable: true }, (lock) => {
      held(Boolean(lock));
      return lock ? new Promise((done) => { release = done; }) : undefined;
    }).catch(failed);
  });
}

async function refusal(plan) {
  const { state: reached } = await store.read("visits", plan.key) ?? {};
  if (CLOSED[reached]) return CLOSED[reached];
  return await hold(plan.key) ? null : "另一个窗口正在填写这次检查。";
}

async function show(plan) {
  if (shown) return;
  shown = plan;
  let visit, why;
  try {
    why = await refusal(plan);
    visit = why ? null : await openVisit(plan, bundle.account);
  } catch {
    why = "这次检查打不开，请重新打开本页再试。";
  }
  if (why) {
    await list();
    tell(why);
    return;
  }
  shown = visit;
  const context = { bundle, device, tell, offset: bundle.offset_ms, back: list, redraw, finished };
  function redraw() {
    const at = window.scrollY;
    main.replaceChildren(drawVisit(visit, context));
    window.scrollTo(0, at);
  }
  redraw();
}

async function finished() {
  await list();
  await deliver();
}

// A network that fails now and then tells nobody when it is back: what waits is tried again by itself.
async function deliver() {
  clearTimeout(again);
  const left = await refresh() ? await sendAll(bundle.token, bundle.account, tell) : true;
  if (left) again = setTimeout(deliver, AGAIN_MS);
  if (!shown) await list();
}

// A telephone that lay aside for a while asks for its PIN again: everything is on the disk, the key was only in memory.
let hiddenAt = 0;
function lockOrDeliver() {
  if (document.hidden) hiddenAt = performance.now();
  else if (performance.now() - hiddenAt > IDLE_MS) location.reload();
  else deliver();
}

export async function begin(say) {
  tell = say;
  const [named, kept] = await Promise.all([deviceName(), store.read("bundle", "current")]);
  device = named;
  bundle = await vault.json(kept);
  await list();
  await deliver();
  window.addEventListener("online", deliver);
  document.addEventListener("visibilitychange", lockOrDeliver);
}
