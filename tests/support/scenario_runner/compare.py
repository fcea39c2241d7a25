"""Holds the findings of `check` to what a scenario expects of them."""

from __future__ import annotations

from typing import Any

from evidence.rules.registry import RULESETS

KINDS = {"满足": "pass", "不满足": "fail", "待认定": "review", "未到期": "open", "不适用": "notApplicable"}
LEVELS = {"缺陷": "error", "提醒": "warning", "说明": "note"}
RULES = {rule.id: rule for rule in RULESETS[-1].rules}
_WORST_FIRST = ("fail", "review", "open", "pass", "notApplicable")
_SAID = {
    "结论",
    "级别",
    "说到",
    "不说",
    "隐患",
    "活动",
    "文书",
    "企业",
    "案件",
    "阻移交",
    "期限",
    "其中",
    "没有这一条",
}


def differences(expected: dict[str, Any], findings: list[dict[str, Any]], ids: dict[str, str]) -> list[str]:
    """What is not as expected, one line each; empty when all is.

    Args:
        ids: short words of the scenario (`V1`, a short name) -> ids in findings.
    """
    said = []
    for rule, wanted in expected.items():
        rows = [one for one in findings if one["rule_id"] == rule]
        for each in wanted if isinstance(wanted, list) else [wanted]:
            wish = {"结论": each} if isinstance(each, str) else dict(each)
            if problem := _problem(wish, rows, ids):
                shown = "\n".join(f"      {_shown(row)}" for row in rows) or "      （没有这条规则的结论）"
                said.append(f"{rule}：应当 {wish}；{problem}\n{shown}")
    return said


def unlisted(wanted: dict[str, Any], items: list[dict[str, Any]]) -> list[str]:
    """What the work list does not say as expected, one line each.

    Args:
        wanted: rule -> `无`, or the last day in time, or `期限` with `逾期` (是, 否) and `做什么`.
        items: as `due` lists them.
    """
    said = []
    for rule, wish in wanted.items():
        mine = [one for one in items if one["rule_id"] == rule]
        shown = (
            "\n".join(f"      {one['due']} {one['what']} {one['detail']}" for one in mine) or "      （没有）"
        )
        if wish == "无":
            fits = not mine
        else:
            asked = {"期限": wish} if isinstance(wish, str) else wish
            if unknown := set(asked) - {"期限", "逾期", "做什么"}:
                return [f"清单：不认识 {unknown}"]
            fits = any(
                one["due"] == asked["期限"]
                and ("逾期" not in asked or one["overdue"] == (asked["逾期"] == "是"))
                and asked.get("做什么", "") in one["what"]
                for one in mine
            )
        if not fits:
            said.append(f"{rule}：清单应当 {wish}\n{shown}")
    return said


def _shown(row: dict[str, Any]) -> str:
    about = " ".join(str(value) for value in row["subject"].values() if value)
    block = " 阻移交" if row["blocking"] else ""
    return f"{row['kind']}/{row['level']}{block} [{about}] due={row.get('due')} {row['message']}"


def _problem(wish: dict[str, Any], rows: list[dict[str, Any]], ids: dict[str, str]) -> str:
    if unknown := set(wish) - _SAID:
        return f"不认识 {unknown}"
    chosen = _about(wish, rows, ids)
    if wish.get("没有这一条"):
        return "不应有这一条" if chosen else ""
    if not chosen:
        return "没有这样的结论"
    kinds = {row["kind"] for row in chosen}
    worst = next(kind for kind in _WORST_FIRST if kind in kinds)
    wanted = KINDS.get(wish.get("结论", ""), "")
    if "结论" in wish and not wanted:
        return f"结论应是 {tuple(KINDS)} 之一"
    if wanted and worst != wanted:
        return f"得到 {worst}"
    deciding = [row for row in chosen if not wanted or row["kind"] == wanted]
    return _words(wish, deciding)


def _about(wish: dict[str, Any], rows: list[dict[str, Any]], ids: dict[str, str]) -> list[dict[str, Any]]:
    chosen = rows
    fields = {
        "隐患": "hazard", "活动": "visit", "文书": "document", "企业": "enterprise", "案件": "case",
    }  # fmt: skip
    for word, name in fields.items():
        if word in wish:
            value = ids.get(wish[word], wish[word])
            chosen = [row for row in chosen if value == row["subject"].get(name)]
    if "其中" in wish:
        chosen = [row for row in chosen if wish["其中"] in row["message"]]
    return chosen


def _words(wish: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    told = "\n".join(f"{row['message']} {row['expected']} {row['observed']}" for row in rows)
    for word in _listed(wish.get("说到")):
        if word not in told:
            return f"没有说到“{word}”"
    for word in _listed(wish.get("不说")):
        if word in told:
            return f"不该说“{word}”"
    if "级别" in wish and {row["level"] for row in rows} != {LEVELS[wish["级别"]]}:
        return f"级别是 {sorted({row['level'] for row in rows})}"
    if "阻移交" in wish and any(row["blocking"] for row in rows) != (wish["阻移交"] == "是"):
        return f"阻移交：{[row['blocking'] for row in rows]}"
    if "期限" in wish and wish["期限"] not in {row.get("due") for row in rows}:
        return f"期限是 {[row.get('due') for row in rows]}"
    return ""


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
