"""Every obligation of the contract and what answers for it: a rule, a register entry, or a stated reason.

`obligations.tsv` lists the 108 obligations read out of the contract; the rules and registers name the
rows they serve; this module joins them. docs/traceability.md is written from it and from the scenarios by
`python -m scripts.rule_pages`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from evidence.rules import incidents, papers
from evidence.rules.registers import REGISTERS
from evidence.rules.registry import RULESETS


class Answer(StrEnum):
    """How an obligation is accounted for."""

    RULE = "自动规则"
    """Judged from records, scans, footage, visits, plans, packages, people or amounts."""
    REGISTER = "台账"
    """A document or register entry that a rule looks for."""
    NONE = "不作证据"
    """Not evidence, with the reason."""


NOT_EVIDENCE = {
    "E06": "持续改进是目标而不是可举证的行为；逐年隐患走势在工作台统计页供人判断，不作合格与否的认定。",
    "D04": "法律责任条款，引用《安全生产法》第八十九条（2021-09-01 起为第九十二条）；"
    "证据是全部签名记录和不可改写的账本本身，没有单独的待证事项。",
}
"""Rows without a rule, each with its reason."""

REMARKS = {
    "C03": "招标文件未随合同提供；登记标准后逐条核对。",
    "C06": "投标承诺未随合同提供；登记后逐条核对。",
    "W00": "武应急发[2021]3号未随合同提供；文件归档后登记。",
    "G12": "与第六条4 重复，同一规则。",
    "E04": "拒签有见证的转人工认定，不算满足。",
    "K05": "2023-05-15 起令第10号条款为自由文字，转人工认定。",
    "P11": "“一般5天”为软期限；提前复查转人工认定。",
    "P02": "“一般15天”为软期限；不同期限须有理由。",
    "G07": "节假日周五合同未约定，按参数取前一工作日。",
    "G06": "“盖章”何方印章原文未明，按语序取企业印章。",
    "D02": "“及时”按推定取当日，可用参数调整。",
    "V02": "保存期限合同未约定，按参数。",
    "R03": "约谈由安监科组织，规则核对约谈记录是否回到本机构。",
    "W05": "冲突投诉未结的案件须封存。",
    "P15": "企业信息更新的来源与日期同时由账本逐条记载。",
}
"""What a reader should know of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One obligation with its answer."""

    row: str
    clause: str
    actor: str
    obligation: str
    answer: Answer
    rules: tuple[str, ...]
    registers: tuple[str, ...]
    remark: str


@cache
def obligations() -> tuple[dict[str, str], ...]:
    """The obligations as read out of the contract: id, clause, actor, obligation."""
    text = resources.files("evidence.rules").joinpath("obligations.tsv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def traces() -> tuple[Trace, ...]:
    """Every obligation in the contract's order."""
    ruleset = RULESETS[-1]
    of_papers = {
        rule.id for rule in (*papers.STANDING_RULES, *incidents.STANDING_RULES, *incidents.CASE_RULES)
    }
    found = []
    for one in obligations():
        row = one["id"]
        rules = tuple(rule.id for rule in ruleset.rules if row in rule.rows)
        registers = tuple(register.id for register in REGISTERS if row in register.rows)
        if not rules:
            answer = Answer.NONE
        elif registers and all(rule in of_papers for rule in rules):
            answer = Answer.REGISTER
        else:
            answer = Answer.RULE
        found.append(
            Trace(
                row=row,
                clause=one["clause"],
                actor=one["actor"],
                obligation=one["obligation"],
                answer=answer,
                rules=rules,
                registers=registers,
                remark=NOT_EVIDENCE.get(row) or REMARKS.get(row, ""),
            )
        )
    return tuple(found)
