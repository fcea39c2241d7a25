"""Writes what the documents say of rules and scenarios from the rules and the scenarios themselves.

docs/traceability.md: each of the contract's obligations with the rules, registers and scenarios that answer
for it. docs/rules.md: the table of rules between its two marks. `make docs` writes both;
a test holds them to what it would write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from evidence.rules.registry import RULESETS
from evidence.rules.rule import Rule
from evidence.rules.traceability import Answer, Trace, traces
from tests.support.scenario_runner.table import CLASSES, Situation, situations

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- table of rules: scripts/rule_pages.py -->", "<!-- end of the table -->"
_SCENARIOS = "../tests/contract_scenarios"


def traceability() -> str:
    """docs/traceability.md."""
    table, rules, told = traces(), RULESETS[-1].rules, situations()
    count = Counter(one.answer for one in table)
    sorts = Counter(one.sort for one in told)
    lines = [
        "# 合同义务对照表",
        "",
        "写给监管部门、审计人员和项目负责人：合同的每一项义务由什么核对。",
        "",
        f"合同共 {len(table)} 项义务：{count[Answer.RULE]} 项由自动规则核对，"
        f"{count[Answer.REGISTER]} 项由规则核对台账登记，{count[Answer.NONE]} 项不作证据（写明原因）。"
        f"规则共 {len(rules)} 条，规则集版本 {RULESETS[-1].version}。",
        "",
        f"[情形表]({_SCENARIOS}/README.md)共 {len(told)} 个情形（{_counted(sorts)}），"
        "应当的结论都来自合同原文。",
        "",
        "本页由 `make docs` 从规则和情形表生成，测试保证它是最新的；义务原文逐字摘自合同。",
        "",
        "| 编号 | 条款 | 义务人 | 义务 | 方式 | 规则 | 台账 | 情形 | 说明 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join((*lines, *(_row(one, told) for one in table))) + "\n"


def _row(one: Trace, told: Iterable[Situation]) -> str:
    rules = "<br>".join(f"`{rule}`" for rule in one.rules)
    registers = "<br>".join(f"`{register}`" for register in one.registers)
    mine = [each for each in told if one.row in each.rows]
    files = dict.fromkeys(each.file for each in mine)
    scenarios = "<br>".join(f"[{file}]({_SCENARIOS}/{file}.yaml)" for file in files)
    if mine:
        scenarios += f"<br>{_counted(Counter(each.sort for each in mine))}"
    return (
        f"| {one.row} | {one.clause} | {one.actor} | {one.obligation} | {one.answer.value} "
        f"| {rules} | {registers} | {scenarios} | {one.remark} |"
    )


def _counted(sorts: Counter[str]) -> str:
    return "、".join(f"{sort} {sorts[sort]}" for sort in CLASSES if sorts[sort])


def rules_table() -> str:
    """Every rule: what it says of itself, and in how many scenarios its finding is expected."""
    expected = Counter(rule for one in situations() for rule in one.rules)
    head = (
        "| rule | what it asks | clause | obligations | level | blocks | remedy | parameters | scenarios |",
        "|---|---|---|---|---|---|---|---|---|",
    )
    return "\n".join((*head, *(_rule(rule, expected[rule.id]) for rule in RULESETS[-1].rules)))


def _rule(rule: Rule, expected: int) -> str:
    parameters = " ".join(f"`{name}`" for name in rule.parameters)
    return (
        f"| `{rule.id}` | {rule.title} | {rule.clause.number}：{rule.clause.text} | {' '.join(rule.rows)} "
        f"| {rule.level.value} | {'yes' if rule.blocking else ''} | {rule.remedy} | {parameters} | "
        f"{expected or ''} |"
    )


def rules_page(text: str) -> str:
    """docs/rules.md with its table renewed."""
    before, _begin, rest = text.partition(BEGIN)
    _table, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rules_table()}\n{END}{after}"


def made() -> dict[Path, str]:
    """Both pages as they should be."""
    page = DOCS / "rules.md"
    return {DOCS / "traceability.md": traceability(), page: rules_page(page.read_text(encoding="utf-8"))}
