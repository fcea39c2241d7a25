// What lies on the device is readable only while the PIN has opened it; the key lives in this page's memory alone.
import { closed, newLock, opened, openLock } from "./seal.js";
import * as store from "./store.js";

const LOCK = "lock";
const DRAFTS = new Set(["open", "refused"]);
let key = null;

export const isSet = async () => Boolean(await store.read("keys", LOCK));

export async function choosePin(pin) {
  const lock = await newLock(pin);
  await store.write("keys", LOCK, lock);
  key = await openLock(pin, lock);
}

export async function unlock(pin) {
  try {
    key = await openLock(pin, await store.read("keys", LOCK));
  } catch {
    return false;
  }
  return true;
}

// Without the key nobody opens the drafts again; finished visits are the server's to open and stay.
export async function forget() {
  key = null;
  await store.remove("keys", LOCK);
  await store.remove("bundle", "current");
  for (const at of await store.keys("pictures")) await store.remove("pictures", at);
  const finished = new Set();
  for (const at of await store.keys("visits")) {
    const kept = await store.read("visits", at);
    if (DRAFTS.has(kept.state)) await store.remove("visits", at);
    else for (const digest of kept.digests ?? []) finished.add(digest);
  }
  for (const at of await store.keys("photographs")) if (!finished.has(at)) await store.remove("photographs", at);
}

export async function box(data) {
  return closed(key, data instanceof Blob ? await data.arrayBuffer() : new TextEncoder().encode(JSON.stringify(data)));
}

// Nothing where there is none, or where it was closed under a key that was forgotten.
async function bytes(kept) {
  try {
    return kept && await opened(key, kept);
  } catch {
    return undefined;
  }
}

export async function json(kept) {
  const found = await bytes(kept);
  return found && JSON.parse(new TextDecoder().decode(found));
}

export async function blob(kept, type) {
  const found = await bytes(kept);
  return found && new Blob([found], { type });
}

// A visit: what sending needs stands beside the box, everything that says something inside it.
export async function writeVisit({ key: at, account, state, step, ...rest }, sending = {}) {
  await store.write("visits", at, { account, state, step, ...sending, box: await box({ key: at, account, step, ...rest }) });
}

export async function readVisit(at) {
  const kept = await store.read("visits", at);
  const inside = kept && await json(kept.box);
  return inside && { ...inside, state: kept.state, step: kept.step };
}
