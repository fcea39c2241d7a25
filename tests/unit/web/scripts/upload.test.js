// How much of a file goes at a time: more while the network is quick, less where it breaks off.
import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
const { bring } = await import("./upload.js");
const { nextSize, Parts } = await import("./parts.js");
const KB = 1024;
const blob = new Blob([new Uint8Array(3_000_000)]);

// A server that keeps what it gets; `lose` names the requests whose answer never arrives.
function server(lose = []) {
  const got = { have: 0, parts: [], asked: 0 };
  globalThis.fetch = async (path, { method = "GET", headers = {}, body } = {}) => {
    const answer = (status, said) => new Response(JSON.stringify(said), { status, headers: { "Content-Type": "application/json" } });
    if (method === "GET") return answer(404, { here: false, have: got.have });
    const [, start, last, total] = headers["Content-Range"].match(/bytes (\d+)-(\d+)\/(\d+)/).map(Number);
    assert.equal(body.size, last + 1 - start);
    const known = start === got.have;
    if (known) { got.have = last + 1; got.parts.push(body.size); }
    got.asked += 1;
    if (lose.includes(got.asked)) throw new TypeError("cut");
    if (got.have === total) return answer(201, { here: true });
    return answer(known ? 202 : 409, { here: false, have: got.have });
  };
  return got;
}

test("parts double up to a megabyte and halve down to 64 KiB", () => {
  assert.equal(nextSize(256 * KB, { status: 202 }, 100), 512 * KB);
  assert.equal(nextSize(1024 * KB, { status: 202 }, 100), 1024 * KB);
  assert.equal(nextSize(256 * KB, { status: 202 }, 2500), 256 * KB);
  assert.equal(nextSize(256 * KB, { status: 0 }, 100), 128 * KB);
  assert.equal(nextSize(64 * KB, { status: 0 }, 100), 64 * KB);
});

test("what the server has already is not sent again", async () => {
  const got = server();
  got.have = 2_900_000;
  assert.equal(await bring("a".repeat(64), blob, "token"), null);
  assert.deepEqual(got.parts, [100_000]);
});

test("an answer that is lost costs no part twice", async () => {
  const got = server([2]);
  assert.equal(await bring("a".repeat(64), blob, "token"), null);
  assert.equal(got.parts.reduce((sum, each) => sum + each, 0), blob.size);
});

test("a server that died with the last byte on its disk is asked to go on with it", async () => {
  const asked = [];
  globalThis.fetch = async (path, { method = "GET", headers = {}, body } = {}) => {
    const answer = (status, said) => new Response(JSON.stringify(said), { status, headers: { "Content-Type": "application/json" } });
    if (method === "GET") return answer(404, { here: false, have: blob.size });
    asked.push(`${headers["Content-Range"]} ${body.size}`);
    return answer(201, { here: true });
  };
  assert.equal(await bring("a".repeat(64), blob, "token"), null);
  assert.deepEqual(asked, ["bytes 2999999-2999999/3000000 1"]);
});

test("an answer that is no answer stops it and is told", async () => {
  globalThis.fetch = async () => new Response("<h1>503</h1>", { status: 503 });
  assert.equal((await bring("a".repeat(64), blob, "token")).status, 503);
});

test("a part goes where its end says, with the token the server gave last, and what is there is told", async () => {
  const asked = [];
  let have = 0;
  globalThis.fetch = async (path, { method = "GET", headers = {} } = {}) => {
    const answer = (status, said) => new Response(JSON.stringify(said), { status, headers: { "Content-Type": "application/json" } });
    if (method === "GET") return answer(404, { here: false, have, token: "fresh" });
    asked.push(`${path} ${headers["X-CSRFToken"]}`);
    have = Number(headers["Content-Range"].match(/-(\d+)\//)[1]) + 1;
    return have === blob.size ? answer(201, { here: true }) : answer(202, { here: false, have });
  };
  const told = [];
  const given = { asking: "/x/", address: async (end) => `/x/?end=${end}`, token: "old", told: (at) => told.push(at) };
  assert.equal(await new Parts("application/octet-stream", 2 * 1024 * KB).bring(blob, given), null);
  assert.equal(asked.at(-1), `/x/?end=${blob.size} fresh`);
  assert.deepEqual(told, [0, 262144, 786432, 1835008]);
});
