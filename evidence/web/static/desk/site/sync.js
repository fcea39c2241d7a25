// Sends finished visits: photographs by content first, then the facts; every step may be repeated.
import * as store from "./store.js";
import { ask, send } from "./transport.js";

const GONE = new Set([0, 401, 403, 502, 503, 504]);

async function photographs(visit, token) {
  for (const name of Object.values(visit.photographs).flat()) {
    const path = `/site/photographs/${name}/`;
    const known = await ask(path);
    if (known.status === 200) continue;
    if (GONE.has(known.status)) return known;
    const kept = await store.read("photographs", name);
    const answer = await send(path, "PUT", kept.copy, token, "image/jpeg");
    if (answer.status !== 201) return answer;
  }
  return null;
}

async function described(visit) {
  const told = {};
  for (const name of Object.values(visit.photographs).flat()) {
    const { captured_sha256, taken_ms, offset_ms, name: called } = await store.read("photographs", name);
    told[name] = { captured_sha256, taken_ms, offset_ms, name: called };
  }
  return told;
}

async function sendOne(visit, token) {
  const stopped = await photographs(visit, token);
  if (stopped) return stopped;
  const { key, plan, typed, times, photographs: fields } = visit;
  const facts = { key, kind: plan.kind, case: plan.case, typed, times, photographs: fields };
  const body = JSON.stringify({ ...facts, described: await described(visit), device_ms: Date.now() });
  return send("/site/visits/", "POST", body, token, "application/json");
}

// One tab at a time sends; another waits for its turn and finds nothing left to do.
export function sendAll(token, account, tell) {
  return navigator.locks.request("evidence-site-send", async () => {
    for (const key of await store.keys("visits")) {
      const visit = await store.read("visits", key);
      if (visit.state !== "waiting" || visit.account !== account) continue;
      tell("正在发送……");
      const { status, body } = await sendOne(visit, token);
      if (status === 401 || status === 403) return tell("登录已失效，请重新登录；本机上的内容都还在。");
      if (GONE.has(status)) return tell("没有网络，内容都在本机，有网络后再送。");
      const now = await store.read("visits", key);
      if (now.step !== visit.step) continue;
      const complete = status === 200 && body.receipt && !body.refused.length;
      await store.write("visits", key, { ...now, state: complete ? "sent" : "refused", answer: { status, ...body } });
      tell(complete ? "已送达" : "改正后再送");
    }
    return undefined;
  });
}
