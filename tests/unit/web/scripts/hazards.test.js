// How a new hazard begins: its deadline, its item, its place in the list.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addHazard, usualDeadline } from "./hazards.js";
import { plannedNowhere } from "./outside.js";

test("the usual deadline counts over the ends of months and leap days", () => {
  assert.equal(usualDeadline("2022-03-31", 15), "2022-04-15");
  assert.equal(usualDeadline("2024-02-20", 15), "2024-03-06");
  assert.equal(usualDeadline("2023-12-31", 1), "2024-01-01");
});

test("a hazard found at an item names it; a second one gets a row of its own", () => {
  const visit = { typed: {}, plan: { day: "2022-03-31", recheck_on: "2022-04-18" } };
  assert.equal(addHazard(visit, { rectification_days: 15 }, 9), 0);
  assert.equal(addHazard(visit, { rectification_days: 15 }), 1);
  assert.deepEqual(visit.typed["隐患|0|检查项"], ["9"]);
  assert.equal(visit.typed["隐患|1|检查项"], undefined);
  assert.deepEqual(visit.typed["隐患|1|整改期限"], ["2022-04-15"]);
  assert.deepEqual(visit.typed["head|计划复查日期"], ["2022-04-18"]);
});

test("a recheck day that was written is left alone", () => {
  const typed = { "head|计划复查日期": ["2022-04-20"] };
  addHazard({ typed, plan: { day: "2022-03-31", recheck_on: "2022-04-18" } }, { rectification_days: 15 });
  assert.deepEqual(typed["head|计划复查日期"], ["2022-04-20"]);
});

test("visits outside the plan never share a key", () => {
  const kind = { kind: "检查", title: "检查", head: [], lists: [] };
  const made = [plannedNowhere(kind, "甲", 0), plannedNowhere(kind, "甲", 0)];
  assert.notEqual(made[0].key, made[1].key);
  assert.equal(made[0].outside, true);
  assert.match(made[0].day, /^\d{4}-\d\d-\d\d$/);
});
