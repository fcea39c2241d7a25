// Starts the page: service worker, the visits kept on the device, and sending whenever there is a network.
import { button, element } from "./element.js";
import * as store from "./store.js";
import { sendAll } from "./sync.js";
import { ask } from "./transport.js";
import { openVisit, STATES } from "./visit.js";
import { drawVisit } from "./visit_page.js";
import { loadWords, t } from "./words.js";

const main = document.getElementById("main");
const state = document.getElementById("state");
const tell = (phrase) => { state.textContent = t(phrase); };
let bundle;
let shown = null;

async function refresh() {
  const asked = Date.now();
  const { status, body } = await ask("/site/bundle.json");
  if (status === 200) {
    body.offset_ms = Math.round(body.server_now - (asked + Date.now()) / 2);
    await store.write("bundle", "current", body);
    bundle = body;
  } else if (status !== 0) {
    tell(body.what ?? "登录已失效，请重新登录；本机上的内容都还在。");
    state.append(" ", element("a", { href: "/login/?next=/site/", textContent: t("登录") }));
  }
  return status === 200;
}

async function list() {
  shown = null;
  const kept = new Map();
  for (const key of await store.keys("visits")) kept.set(key, await store.read("visits", key));
  const own = [...kept.values()].filter((visit) => visit.account === bundle?.account);
  const planned = [...(bundle?.visits ?? []),
    ...own.map((visit) => visit.plan).filter((plan) => !bundle.visits.some((each) => each.key === plan.key))];
  const cards = planned.map((plan) => {
    const visit = kept.get(plan.key);
    const open = button(`${plan.day} ${plan.enterprise.name} ${plan.title}`, () => show(plan), "visit");
    return element("div", { className: "card" }, open,
      element("span", { className: "quiet", textContent: visit ? t(STATES[visit.state]) : "" }));
  });
  const empty = bundle ? t("本周没有安排给您的检查。") : t("还没有下载本周检查，请在有网络时打开一次。");
  main.replaceChildren(...(cards.length ? cards : [element("p", { textContent: empty })]));
}

async function show(plan) {
  const visit = await openVisit(plan, bundle.account);
  shown = visit;
  const context = { bundle, tell, offset: bundle.offset_ms, back: list, redraw, finished };
  function redraw() {
    const at = window.scrollY;
    main.replaceChildren(drawVisit(visit, context));
    window.scrollTo(0, at);
  }
  redraw();
  hold(visit.key);
}

// Two tabs: the second one says that the first is writing.
function hold(key) {
  navigator.locks.request(`visit ${key}`, { ifAvailable: true }, (lock) => {
    if (!lock) tell("另一个窗口正在填写这次检查。");
    return lock && shown?.key === key ? new Promise((done) => { release = done; }) : undefined;
  });
}
let release = () => {};

async function finished() {
  release();
  await list();
  await deliver();
}

async function deliver() {
  if (await refresh()) await sendAll(bundle.token, bundle.account, tell);
  if (!shown) await list();
}

async function start() {
  await loadWords();
  if (!window.isSecureContext) {
    tell("本页须经 HTTPS 打开：浏览器只在安全连接下允许离线使用和拍照。请向项目负责人索取以 https:// 开头的地址。");
    return;
  }
  await navigator.serviceWorker.register("/site/worker.js");
  store.keepForGood();
  bundle = await store.read("bundle", "current");
  await list();
  await deliver();
  window.addEventListener("online", deliver);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) deliver(); });
}

start();
