"""Who may do what at the desk: the one table, enforced by the one decorator in `pages`.

docs/desk-roles.md shows the same table; a test keeps them equal.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """An account has exactly one."""

    CLERK = "clerk"
    LEAD = "lead"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    INSPECTOR = "inspector"


ROLE_WORDS: dict[Role, str] = {
    Role.CLERK: "资料员",
    Role.LEAD: "项目负责人",
    Role.AUDITOR: "审计人员（只读）",
    Role.REGULATOR: "监管部门（只读）",
    Role.INSPECTOR: "检查人员",
}


class Act(StrEnum):
    """What a page shows or a button does; values are the words of the documentation."""

    SEE = "查看今日、案件、文书、原件"
    JUDGE_PACKAGE = "验证移交包"
    DOWNLOAD_PACKAGE = "下载移交包"
    WATCH = "播放录像"
    UPLOAD = "放入文件"
    DECIDE_ARRIVAL = "归入、拆分、退回、重试、撤销到件"
    DECIDE_MARK = "看图认定签名、盖章和改动"
    ENTER_VISIT = "录入检查事实，签发、重签和作废文书"
    ON_SITE = "现场检查：查看和登记本人的检查"
    PLAN = "编排下周计划"
    ROSTER = "维护企业、人员、记录仪和专项名册"
    BUILD = "制作并签名完整的移交包"
    BUILD_INCOMPLETE = "制作声明不完整或尚不能认定有效的移交包"
    WAIVE = "登记例外"
    ACCOUNTS = "管理账号"


_READ = frozenset({Act.SEE, Act.JUDGE_PACKAGE, Act.DOWNLOAD_PACKAGE})
_CLERK = _READ | {
    Act.WATCH, Act.UPLOAD, Act.DECIDE_ARRIVAL, Act.DECIDE_MARK, Act.ENTER_VISIT, Act.ON_SITE, Act.PLAN,
    Act.ROSTER, Act.BUILD,
}  # fmt: skip

ALLOWED: dict[Role, frozenset[Act]] = {
    Role.CLERK: _CLERK,
    Role.LEAD: _CLERK | {Act.BUILD_INCOMPLETE, Act.WAIVE, Act.ACCOUNTS},
    Role.AUDITOR: _READ,
    # Films show the inside of factories: the regulator may see them, an outside auditor may not.
    Role.REGULATOR: _READ | {Act.WATCH},
    # A telephone gets lost: it shows what its owner visits, and nothing else of the desk.
    Role.INSPECTOR: frozenset({Act.ON_SITE}),
}


def may(role: Role | None, act: Act) -> bool:
    """Whether a role may do something; nobody without a role may do anything."""
    return role is not None and act in ALLOWED[role]


def table() -> str:
    """The table as Markdown, for the documentation."""
    head = "| | " + " | ".join(ROLE_WORDS[role] for role in Role) + " |"
    rule = "|---" * (len(Role) + 1) + "|"
    rows = [
        f"| {act.value} | " + " | ".join("●" if may(role, act) else "—" for role in Role) + " |"
        for act in Act
    ]
    return "\n".join([head, rule, *rows])
