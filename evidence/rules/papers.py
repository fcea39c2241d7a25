"""The contract's own papers (正文各条): registered, and never silently changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.contracts.text import ContractText
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure
from evidence.rules.parameters import changed_from_contract, clause_of
from evidence.rules.rule import Outcome, revised, standing_rule

KINDS = {
    "tender": "招标文件",
    "bid": "投标文件",
    "award": "中标通知书",
    "commitments": "承诺、声明、书面澄清",
    "agreed": "双方商定的其他文件",
}


@standing_rule(
    "C01-contract-documents",
    "合同组成文件在案",
    rows="C01",
    level=Level.NOTE,
    remedy="归档合同组成文件；没有提供的登记为“未提供”（台账 contract-document）。",
)
def contract_documents(index: FactsIndex) -> Iterator[Outcome]:
    """All five kinds are filed, or marked 未提供."""
    kept = {one.key: one for one in index.entries("contract-document")}
    missing = [name for key, name in KINDS.items() if key not in kept]
    bare = [
        name
        for key, name in KINDS.items()
        if key in kept and kept[key].attachment is None and kept[key].data.get("status") != "未提供"
    ]
    about: dict[str, Any] = {"expected": "五类文件", "observed": f"{len(KINDS) - len(missing)} 类"}
    if missing:
        yield failed(f"没有登记：{listed(missing)}。", **about)
    elif bare:
        yield unsure(f"{listed(bare)} 已登记，没有附件，也未注明“未提供”。", **about)
    else:
        yield passed("合同组成文件均已登记。", **about)


@standing_rule(
    "C24-annex",
    "合同附件在案",
    rows="C24",
    level=Level.NOTE,
    remedy="归档合同附件（台账 contract-document，登记号 annex）。",
)
def annex(index: FactsIndex) -> Iterator[Outcome]:
    """The annex is filed with its digest."""
    kept = index.entry("contract-document", "annex")
    if kept is None:
        yield failed("没有登记合同附件。", observed="未登记")
    elif kept.attachment is None:
        yield unsure("合同附件已登记，没有附件原件。", observed="无原件")
    else:
        yield passed("合同附件在案。", observed=kept.attachment)


@standing_rule(
    "C22-signed-contract",
    "合同双方签字盖章",
    rows="C22",
    level=Level.NOTE,
    remedy="归档签署的合同并登记签字、盖章数（台账 contract-signature）。",
)
def signed_contract(index: FactsIndex) -> Iterator[Outcome]:
    """Two signatures, two seals, on the day the contract counts from."""
    entries = index.entries("contract-signature")
    if not entries:
        yield failed("没有登记合同签署情况。", expected="两方签字、盖章", observed="未登记")
        return
    entry = entries[-1]
    numbers = (entry.data.get("signatures"), entry.data.get("seals"))
    about: dict[str, Any] = {
        "expected": "签字 2、盖章 2",
        "observed": f"签字 {numbers[0]}、盖章 {numbers[1]}",
    }
    if None in numbers:
        yield unsure("合同签署登记没有写签字、盖章数。", **about)
    elif numbers != ("2", "2"):
        yield failed("合同签字或盖章不全，尚未生效。", **about)
    elif entry.on != index.parameters.signed_on:
        yield failed(f"登记的签署日 {entry.on.isoformat()} 与设置的签订日期不同。", **about)
    else:
        yield passed("合同双方已签字盖章。", **about)


@standing_rule(
    "C23-four-copies",
    "合同一式{copies}份有去向",
    rows="C23",
    level=Level.NOTE,
    remedy="登记{copies}份合同的持有方（台账 contract-copy）。",
)
def four_copies(index: FactsIndex) -> Iterator[Outcome]:
    """Four holders are recorded."""
    have = {one.key for one in index.entries("contract-copy")}
    holders, copies = index.names.holders, index.words["copies"]
    missing = [holder for holder in holders if holder not in have]
    strange = sorted(have - set(holders))
    about: dict[str, Any] = {"expected": f"{copies}方各一份", "observed": listed(sorted(have)) or "未登记"}
    if missing and strange:
        yield unsure(f"{listed(missing)} 未登记，另登记有 {listed(strange)}，请核对持有方。", **about)
    elif missing:
        yield failed(f"合同原件 {listed(missing)} 一份没有登记。", **about)
    else:
        yield passed(f"{copies}份合同均有去向。", **about)


@standing_rule(
    "C19-amended-parameters",
    "参数变更有书面协议",
    rows="C19",
    level=Level.ERROR,
    remedy="恢复合同约定的参数，或登记双方签署的变更协议（台账 amendment）。",
    unless="本工作区执行另一份合同，参数以该合同为准。",
)
def amended_parameters(index: FactsIndex) -> Iterator[Outcome]:
    """A number that differs from the signed contract has an amendment that names it."""
    if index.parameters.amended is None and index.parameters.contract != "WJB":
        return  # a package of before deviations were recorded
    changed = changed_from_contract(index.parameters)
    agreed = {one.data.get("parameter", one.key): one for one in index.entries("amendment")}
    for name in changed:
        entry = agreed.get(name)
        what, clause = _changed(name, index.text)
        about: dict[str, Any] = {"document": name, "expected": "签署的变更协议", "observed": name}
        if entry is None:
            yield failed(f"{what}（{clause}）与合同不同，没有变更协议。", **about)
        elif entry.attachment is None:
            yield unsure(f"{what} 的变更协议没有附件。", **about)
        else:
            yield passed(f"{what} 的变更有书面协议。", **about)
    if not changed:
        yield passed("全部参数与合同一致。")


def _changed(name: str, text: ContractText) -> tuple[str, str]:
    """What was changed, in Chinese, and the clause that fixes it."""
    if name.startswith("rule:"):
        rule = name.removeprefix("rule:")
        clause = text.clauses.get(rule)
        return f"规则 {rule} 的条款", clause.number if clause else "已停用"
    return f"参数 {name}", clause_of(name, text)


@standing_rule(
    "C20-termination-ground",
    "终止合同有约定原因",
    rows="C20",
    remedy="核对终止原因是否属于{termination_clause}(1)至(4)。",
    unless="合同没有终止。",
)
def termination_ground(index: FactsIndex) -> Iterator[Outcome]:
    """A termination names one of the four grounds."""
    clause = index.text.reference("termination")
    for one in index.entries("termination"):
        cause = one.data.get("ground", "")
        about: dict[str, Any] = {
            "document": one.key,
            "expected": f"{clause}(1)-(4)",
            "observed": cause or "未填",
        }
        if not cause:
            yield unsure(f"终止记录 {one.key} 没有写原因。", **about)
        elif cause in {"1", "2", "3", "4"}:
            yield passed(f"终止原因为{clause}({cause})。", **about)
        else:
            yield failed(f"终止原因“{cause}”不在{clause}四项之内。", **about)


@standing_rule(
    "C18-force-majeure",
    "不可抗力有书面通知",
    rows="C18",
    parameters="force_majeure_days",
    remedy="补交书面通知和送达证明；没有送达的通知不顺延任何期限。",
    unless="没有不可抗力通知。",
)
def force_majeure(index: FactsIndex) -> Iterator[Outcome]:
    """Every notice that is meant to move deadlines has its dates and proof of delivery."""
    for one in index.entries("force-majeure-notice"):
        about: dict[str, Any] = {"document": one.key, "expected": "起止日期和送达证明"}
        if one.valid_from is None or one.valid_to is None:
            yield unsure(f"不可抗力通知 {one.key} 没有写起止日期，不顺延期限。", **about)
        elif one.valid_to < one.valid_from:
            yield failed(f"不可抗力通知 {one.key} 的起止日期颠倒。", **about)
        elif one.receipt_on is None and one.attachment is None:
            yield failed(f"不可抗力通知 {one.key} 没有送达证明，不顺延期限。", **about)
        else:
            span = f"{one.valid_from.isoformat()} 至 {one.valid_to.isoformat()}"
            told = passed(f"不可抗力通知 {one.key} 已送达，{span} 顺延期限。", observed=span, **about)
            days = (one.on - one.valid_from).days
            if days > index.parameters.force_majeure_days:
                said = f"不可抗力通知 {one.key} 在情况发生 {days} 天后才发出，不是尽快；{span} 仍顺延。"
                told = revised(late(said, observed=f"{days} 天", **about), told)
            yield told


@standing_rule(
    "C05-safety-plan",
    "首次上门前有项目安全实施管理措施",
    rows="C05 G12",
    remedy="制定、批准并归档措施（台账 safety-plan）。",
    unless="尚未上门服务。",
)
def safety_plan(index: FactsIndex) -> Iterator[Outcome]:
    """The plan is dated before the earliest visit of the contract."""
    days = [
        day
        for one in index.facts.services
        for day in (one.checked_on, one.guidance_on)
        if day is not None and day <= index.today
    ]
    if not days:
        return
    first = min(days)
    plans = index.entries("safety-plan")
    about: dict[str, Any] = {"expected": f"{first.isoformat()} 前", "due": first}
    if not plans:
        yield failed("没有登记项目安全实施管理措施。", observed="未登记", **about)
        return
    plan = min(plans, key=lambda one: one.on)
    about["observed"] = plan.on.isoformat()
    if plan.on > first:
        yield failed(f"项目安全实施管理措施晚于首次上门（{first.isoformat()}）。", **about)
    elif plan.attachment is None:
        yield unsure("项目安全实施管理措施已登记，没有附件。", **about)
    else:
        yield passed("首次上门前已有项目安全实施管理措施。", **about)


@standing_rule(
    "T07-procedures",
    "内部管理、质量控制、档案制度",
    rows="T07",
    level=Level.NOTE,
    remedy="归档三项内部制度（台账 procedure）。",
)
def procedures(index: FactsIndex) -> Iterator[Outcome]:
    """The three internal procedures are on file."""
    names = {"management": "内部管理", "quality": "质量过程控制", "archive": "执业记录档案管理"}
    kept = {one.key: one for one in index.entries("procedure")}
    missing = [name for key, name in names.items() if key not in kept]
    bare = [name for key, name in names.items() if key in kept and kept[key].attachment is None]
    if missing:
        yield failed(f"没有登记制度：{listed(missing)}。", observed=f"缺 {len(missing)} 项")
    elif bare:
        yield unsure(f"{listed(bare)}制度没有附件。", observed=listed(bare))
    else:
        yield passed("三项内部制度在案。", observed="齐全")


@standing_rule(
    "C03-tender-standards",
    "招标服务标准逐条有成果",
    rows="C03 W00",
    level=Level.NOTE,
    remedy="逐条登记招标标准对应的成果和证据（台账 tender-standard）。",
    unless="招标文件未提供，没有可对照的标准。",
)
def tender_standards(index: FactsIndex) -> Iterator[Outcome]:
    """Every registered standard names a deliverable and carries evidence."""
    entries = index.entries("tender-standard")
    unmapped = [one.key for one in entries if not one.data.get("deliverable")]
    bare = [one.key for one in entries if one.attachment is None]
    if unmapped:
        yield failed(f"招标标准 {listed(unmapped)} 没有对应成果。", observed=listed(unmapped))
    elif bare:
        yield unsure(f"招标标准 {listed(bare)} 没有证据附件。", observed=listed(bare))
    elif entries:
        yield passed(f"{len(entries)} 条招标标准都有成果和证据。", observed=f"{len(entries)} 条")


STANDING_RULES = (
    contract_documents,
    annex,
    signed_contract,
    four_copies,
    amended_parameters,
    termination_ground,
    force_majeure,
    tender_standards,
    safety_plan,
    procedures,
)
