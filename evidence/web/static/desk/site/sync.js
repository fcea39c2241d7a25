// Sends finished visits: photographs by content first, then the facts; every step may be repeated.
import { nobodyThere, outcome, trouble } from "./answers.js";
import * as store from "./store.js";
import { send } from "./transport.js";
import { bring, SEALED } from "./upload.js";
import * as vault from "./vault.js";

// What the server gave back after a refusal is with the server already: it has no bytes here any more.
async function sendOne(kept, token) {
  for (const digest of kept.digests) {
    const photograph = await store.read("photographs", digest);
    for (const [name, blob] of [[digest, photograph?.copy], [photograph?.captured_sha256, photograph?.original]]) {
      const stopped = blob && await bring(name, blob, token);
      if (stopped) return stopped;
    }
  }
  return send("/site/visits/", "POST", kept.sealed, token, SEALED);
}

// The receipt ends it; a refusal brings back what was sent, so that it can be corrected; the rest waits as it is.
async function settled(at, { status, body }) {
  const state = outcome({ status, body });
  const { sent, ...answer } = body;
  const { page, ...facts } = sent ?? {};
  const visit = await vault.readVisit(at);
  const kept = await store.read("visits", at);
  if (state !== "waiting") for (const digest of kept.digests) await store.remove("photographs", digest);
  const told = { ...visit, key: at, account: kept.account, step: kept.step, answer: { status, ...answer } };
  if (state === "sent") await vault.writeVisit({ ...told, state });
  else if (state === "refused") await vault.writeVisit({ ...told, ...facts, ...page, state });
  else await vault.writeVisit({ ...told, state }, { sealed: kept.sealed, digests: kept.digests });
  return state;
}

const SAID = { sent: "已送达", refused: "改正后再送" };

// One tab at a time sends; another waits for its turn and finds nothing left to do. A visit that waits does not keep
// the others from going through. Answers whether something waits, which is then tried again.
export function sendAll(token, account, tell) {
  return navigator.locks.request("evidence-site-send", async () => {
    let waits = null;
    for (const at of await store.keys("visits")) {
      const kept = await store.read("visits", at);
      if (kept.state !== "waiting" || kept.account !== account) continue;
      tell("正在发送……");
      const answer = await sendOne(kept, token);
      const state = nobodyThere(answer) ? "waiting" : await settled(at, answer);
      if (state === "waiting") waits = answer;
      else tell(SAID[state]);
      if (nobodyThere(answer)) break;
    }
    if (waits) tell(trouble(waits));
    return Boolean(waits);
  });
}
