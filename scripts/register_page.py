"""Writes docs/registers.zh.md: every register, grouped by when it matters, with what an entry must say.

`make docs` writes it from `evidence.rules.registers` and the groups beside it.
"""

from __future__ import annotations

from pathlib import Path

from evidence.cli.registers import FIELD_NAMES
from evidence.rules.register_groups import GROUPS
from evidence.rules.registers import BY_ID, REGISTERS, Register
from evidence.rules.registry import RULESETS
from evidence.web.register_form import registers_of

PAGE = Path(__file__).parents[1] / "docs" / "registers.zh.md"


def page() -> str:
    """docs/registers.zh.md."""
    lines = [
        "# 台账一览：哪些台账、什么时候要用",
        "",
        f"写给资料员和项目负责人。合同要求有、又没有专门文书的事项登记在台账里，共 {len(REGISTERS)} 种。"
        f"不用全记住：到了某一组所说的时候，"
        "看那一组即可。在工作台“台账”页登记并附扫描件，或用 `evidence register add`。核对结论里写“台账 "
        "…”的，就是要登记这里的一项。"
        "每一项都要有登记号和日期；签收日期可以后补。",
        "",
        "由 `make docs` 从程序生成。",
    ]
    for group in GROUPS:
        lines += [
            "",
            f"## {group.title}",
            "",
            group.when,
            "",
            "| 台账 | 代码 | 登记号写什么 | 还要填 | 可以填 | 核对它的规则 |",
            "|---|---|---|---|---|---|",
            *(_row(BY_ID[each]) for each in group.registers),
        ]
    return "\n".join(lines) + "\n"


def _row(register: Register) -> str:
    asked = "、".join(FIELD_NAMES[name] for name in register.about) or "–"
    data = "；".join(f"`{name}` {means}" for name, means in (register.data or {}).items()) or "–"
    rules = " ".join(f"`{rule}`" for rule in _looking_at(register)) or "–"
    key = "自定，不重复" if register.key == "登记号" else register.key
    return f"| {register.title} | `{register.id}` | {key} | {asked} | {data} | {rules} |"


def _looking_at(register: Register) -> list[str]:
    """The rules whose remedy names the register; else those that answer for its obligations."""
    rules = RULESETS[-1].rules
    named = [rule.id for rule in rules if register in registers_of(rule.id)]
    return named or [rule.id for rule in rules if set(rule.rows) & set(register.rows)]


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
