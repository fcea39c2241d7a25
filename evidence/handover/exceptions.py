"""Recording an exception: by whom, for which findings, and only when it does what it is meant to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from evidence.domain.case import Case
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import PersonId, Sha256
from evidence.domain.reasons import require_substance
from evidence.domain.register import Waiver
from evidence.errors import UsageError
from evidence.language import _, did_you_mean
from evidence.ledger.acting import Actor
from evidence.ledger.events import WaiverGranted
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Finding, Kind
from evidence.rules.facts_index import FactsIndex
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.rules.registry import RULESETS
from evidence.rules.waivers import why_not


def grant_waiver(
    ledger: Ledger,
    parameters: Parameters,
    *,
    rule_id: str,
    case: Case,
    why: str,
    actor: Actor,
    at: datetime,
    attachment: Sha256 | None = None,
    keep: Callable[[], object] = lambda: None,
) -> Waiver:
    """Journal an exception for what a rule says today about a case.

    Args:
        attachment: digest of the regulator's document, checked already.
        keep: stores it; called once the exception is sure to be journalled.

    An account tied to nobody states whom it likes: its exception is journalled as such and lifts nothing.

    Raises:
        UsageError: no such rule, nothing to except, no person, no reason; or the finding blocks and the
            exception would lift nothing: without the regulator's document, or by one who may not.
    """
    if rule_id not in {one.id for one in RULESETS[-1].case_rules}:
        raise UsageError(
            _("没有规则 {rule}。").format(rule=rule_id),
            remedy=did_you_mean(rule_id, (one.id for one in RULESETS[-1].case_rules))
            + _("规则编号写在 evidence check 每行末尾，如 P03-urging-window。"),
        )
    reason = require_substance(why)
    person = actor.person.id if actor.person else _named(ledger, actor)
    facts = gather(ledger.view, week=None, case=case.id, at=at)
    concerned = _concerned(judge(facts, parameters, at), rule_id, case)
    waiver = Waiver(
        rule_id=rule_id,
        case=case.id,
        why=reason,
        by=PersonId(person),
        at=at,
        attachment=attachment,
        account=actor.account,
        stated=actor.stated,
        covers=tuple(
            dict.fromkeys(finding.subject.visit or finding.subject.document for finding in concerned)
        ),
    )
    if not actor.stated:
        _refuse_in_vain(waiver, facts, parameters, at, concerned)
    keep()
    ledger.append(actor.journalled, WaiverGranted(waiver=waiver))
    return waiver


def _concerned(findings: Iterable[Finding], rule_id: str, case: Case) -> list[Finding]:
    """What the exception is for.

    Raises:
        UsageError: nothing is to be excepted.
    """
    found = [
        finding
        for finding in findings
        if finding.rule_id == rule_id
        and finding.subject.case == case.id
        and finding.kind in (Kind.FAIL, Kind.REVIEW)
    ]
    if not found:
        raise UsageError(
            _("{case} 没有 {rule} 的不合格或待认定结论，无可例外。").format(case=case.id, rule=rule_id),
            remedy=_("现有结论见 evidence check --case {case}。").format(case=case.id),
        )
    return found


def _named(ledger: Ledger, actor: Actor) -> str:
    """Whom an account tied to nobody names, as the roster knows him."""
    for person in ledger.view.people():
        if actor.named and actor.named in (person.id, person.name):
            return person.id
    raise UsageError(
        _("人员台账没有“{by}”。").format(by=actor.named or _("（未写明）")),
        remedy=_("--by 写人员编号；先用 evidence import 登记人员。"),
    )


def _refuse_in_vain(
    waiver: Waiver, facts: Facts, parameters: Parameters, at: datetime, concerned: list[Finding]
) -> None:
    """Where findings block, the exception must lift at least one of them."""
    blocking = [finding for finding in concerned if finding.blocking]
    if not blocking:
        return
    mine: CaseFacts = facts.cases[0]
    chain = CaseHistory(FactsIndex(facts, parameters, at), replace(mine, waivers=(*mine.waivers, waiver)))
    reasons = {finding.subject.visit: why_not(chain, waiver, finding.subject.visit) for finding in blocking}
    if all(reasons.values()):
        raise UsageError(
            _("这项例外不解除移交阻断：{why}。").format(why="；".join(dict.fromkeys(reasons.values()))),
            where=f"{waiver.rule_id} {waiver.case}",
            remedy=_(
                "请由未参加该次活动的项目负责人（或事先登记的代理人）附监管部门书面意见登记；"
                "负责人都参加了的，由本机构其他人员附该意见登记。"
            ),
        )
