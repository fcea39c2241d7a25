// Whose trouble an answer is: the inspector's only where the facts came back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nobodyThere, outcome, trouble } from "./answers.js";

const refused = [{ field: "head|情况", place: "情况", what: "没有写" }];
const words = { what: "照片没有送到。", remedy: "手机会自动再送。" };

test("only a receipt without refusals ends a visit", () => {
  assert.equal(outcome({ status: 200, body: { receipt: { visit: "V1" }, refused: [] } }), "sent");
  assert.equal(outcome({ status: 200, body: { receipt: { visit: "V1" }, refused, sent: { typed: {} } } }), "refused");
  assert.equal(outcome({ status: 409, body: { ...words, sent: { typed: {} } } }), "refused");
});

test("whatever gave no facts back waits, with or without words", () => {
  for (const status of [0, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504]) {
    assert.equal(outcome({ status, body: {} }), "waiting", String(status));
    assert.equal(outcome({ status, body: words }), "waiting", String(status));
  }
});

test("a fault of the server is told as one, words of the server as they are", () => {
  for (const status of [404, 413, 429, 500, 502, 503, 504]) {
    assert.equal(trouble({ status, body: {} }), "服务器出错，稍后再送。", String(status));
  }
  assert.equal(trouble({ status: 409, body: words }), "照片没有送到。");
  assert.match(trouble({ status: 0, body: {} }), /^没有网络/);
  assert.match(trouble({ status: 401, body: {} }), /^登录已失效/);
  assert.match(trouble({ status: 403, body: {} }), /^登录已失效/);
});

test("the other visits are tried too unless nothing can get through", () => {
  assert.deepEqual([0, 401, 403, 409, 500, 502].map((status) => nobodyThere({ status })),
    [true, true, false, false, false, false]);
});
