// What keeps a visit from being sent, and what does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { leftBeforeArrival, obstacle, otherEnterprise, withoutPhotograph } from "./finish.js";

const CODE = "91320412MA2XDEM01F";
const visit = (typed, photographs = {}, plan = {}) => ({ typed, photographs, plan });
const arrived = { "head|到达时间": ["2022-03-31T09:00"] };

test("a visit without arrival is not sent", () => {
  assert.deepEqual(obstacle(visit({}), {}), ["请先点“到达”。"]);
  assert.equal(obstacle(visit(arrived), {}), null);
});

test("leaving before arrival is said, the same minute is not", () => {
  const left = (time) => ({ ...arrived, "head|离开时间": [`2022-03-31T${time}`] });
  assert.equal(leftBeforeArrival(visit(left("08:59"))), true);
  assert.equal(leftBeforeArrival(visit(left("09:00"))), false);
  assert.equal(leftBeforeArrival(visit(arrived)), false);
});

test("a grade that must be photographed names the first bare row, in the order of the rows", () => {
  const typed = {
    ...arrived, "隐患|10|描述": ["x"], "隐患|10|等级": ["重大"], "隐患|2|描述": ["y"], "隐患|2|等级": ["重大"],
    "隐患|3|描述": ["z"], "隐患|3|等级": ["一般"],
  };
  const bundle = { photograph_required: ["重大"] };
  assert.deepEqual(withoutPhotograph(visit(typed), ["重大"]), ["2", "10"]);
  assert.deepEqual(obstacle(visit(typed), bundle), ["这一等级的隐患须拍照：", 3]);
  const photographed = visit(typed, { "隐患|2|照片": ["a"], "隐患|10|照片": ["b"] });
  assert.equal(obstacle(photographed, bundle), null);
  assert.deepEqual(withoutPhotograph(visit({ "隐患|0|描述": [" "] }), ["一般"]), []);
});

test("a visit outside the plan says where and why", () => {
  const outside = { outside: true, enterprise: { name: "丰禾机械" } };
  assert.match(obstacle(visit(arrived, {}, { outside: true, enterprise: { name: "" } }), {})[0], /企业名称/);
  assert.match(obstacle(visit(arrived, {}, outside), {})[0], /计划外说明/);
  assert.equal(obstacle(visit({ ...arrived, "head|计划外说明": ["举报"] }, {}, outside), {}), null);
});

test("the code of another enterprise is noticed, half a code and what a licence says beside it are not", () => {
  const enterprise = { credit_code: CODE };
  assert.equal(otherEnterprise("91320412MA2XDEM02J", enterprise), true);
  assert.equal(otherEnterprise(CODE.toLowerCase(), enterprise), false);
  assert.equal(otherEnterprise(`https://licence/?uniscid=${CODE}&x=1`, enterprise), false);
  assert.equal(otherEnterprise("9132", enterprise), false);
  assert.equal(otherEnterprise("91320412MA2XDEM02J", { credit_code: "" }), false);
});
