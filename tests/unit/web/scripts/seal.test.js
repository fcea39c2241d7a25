// The PIN opens what it closed and nothing else does; two sealings of the same words share nothing.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

globalThis.crypto ??= webcrypto;
const { closed, newLock, opened, openLock, sealed } = await import("./seal.js");
const words = new TextEncoder().encode("配电间箱门未接地");

test("a draft is read with its PIN and with no other", async () => {
  const lock = await newLock("260401");
  const box = await closed(await openLock("260401", lock), words);
  assert.deepEqual(new Uint8Array(await opened(await openLock("260401", lock), box)), words);
  await assert.rejects(openLock("260402", lock));
  await assert.rejects(opened(await openLock("111111", await newLock("111111")), box));
});

test("the opened key cannot be taken out of the page", async () => {
  const key = await openLock("260401", await newLock("260401"));
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

test("what is sealed differs every time and is longer by 93 bytes", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const raw = Buffer.from(await crypto.subtle.exportKey("raw", pair.publicKey)).toString("base64");
  const [one, other] = await Promise.all([sealed(raw, words), sealed(raw, words)]);
  assert.equal(one.size, words.length + 93);
  assert.notDeepEqual(await one.arrayBuffer(), await other.arrayBuffer());
});
