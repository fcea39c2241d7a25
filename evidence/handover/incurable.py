"""Declaring that a gap can never be filled: by whom, of what, and only of what was declared missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evidence.domain.identifiers import PersonId, Sha256
from evidence.domain.parties import Role
from evidence.domain.reasons import require_substance
from evidence.domain.register import Gap, Incurable
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.events import Event, GapIncurable
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.rules.judge import judge
from evidence.rules.owed import gap_of, owing
from evidence.rules.parameters import Parameters


def declare_incurable(
    ledger: Ledger,
    wanted: Gap,
    *,
    parameters: Parameters,
    why: str,
    by: PersonId,
    at: datetime,
    actor: str,
    attachment: Sha256 | None = None,
) -> tuple[Incurable, ...]:
    """Journal the act for every gap that `wanted` covers.

    Raises:
        UsageError: no reason, nobody who may say so, or nothing of the kind was declared missing.
    """
    reason = require_substance(why)
    done: list[Incurable] = []

    def decide(view: View) -> Sequence[Event]:
        done.clear()
        _require_leader(view, by, wanted)
        done.extend(
            Incurable(gap=gap, why=reason, by=by, at=at, attachment=attachment)
            for gap in _declared(view, wanted, parameters, at)
        )
        if not done:
            raise UsageError(
                _("没有这样一项以前的移交包已声明缺少、现在仍欠的材料。"),
                where=f"{wanted.case} {wanted.rule_id} {wanted.document or wanted.visit}".rstrip(),
                remedy=_("请用 evidence check 查看；【…起欠交】的才能声明无法补正，本周新缺的先随包声明。"),
            )
        return [GapIncurable(incurable=one) for one in done]

    ledger.transact(actor, decide)
    return tuple(done)


def _declared(view: View, wanted: Gap, parameters: Parameters, at: datetime) -> list[Gap]:
    """The gaps still owed that are meant."""
    facts = gather(view, week=None, case=None, at=at)
    owed = owing(facts, judge(facts, parameters, at)).owed_before
    return [gap for each in owed if wanted.covers(gap := gap_of(each.finding))]


def _require_leader(view: View, by: PersonId, gap: Gap) -> None:
    person = view.person(by)
    if person is None or person.role is not Role.LEADER:
        raise UsageError(
            _("只有项目负责人可以声明无法补正。"), where=by, remedy=_("--by 写项目负责人的人员编号。")
        )
    visits = [visit for visit in view.visits(gap.case) if not gap.visit or visit.id == gap.visit]
    if any(by in visit.experts for visit in visits):
        raise UsageError(
            _("参加过该次上门的人不能声明无法补正。"), where=by, remedy=_("请由另一位项目负责人决定。")
        )
