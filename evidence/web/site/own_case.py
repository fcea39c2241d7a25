"""The case that a visit from a telephone belongs to; opened where the plan has none yet."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.week import Week, local_date
from evidence.errors import UsageError
from evidence.ledger.view import View
from evidence.web.acting import actor_of
from evidence.web.entry_form import head_name
from evidence.web.site.planned import own_visits
from evidence.web.site.sending import Sending
from evidence.web.speech import say
from evidence.web.week_forms import unvisited

_BACK = 4
"""So many weeks a telephone may have been without a network."""
OUTSIDE = "outside/"
"""How the key of a visit begins that stands in no plan."""
OUTSIDE_KINDS = ("检查", "指导")
"""What an inspector may do unplanned: the others answer hazards of a case."""


def case_of_visit(visit: str) -> CaseId:
    """`WJB22-0001-V2` -> `WJB22-0001`."""
    return CaseId(visit.rpartition("-V")[0])


def own_case(request: Any, person: PersonId, sending: Sending, entered: str) -> Case | None:
    """The case of a visit of this inspector; None where it is somebody else's.

    Args:
        entered: id of the visit that this key entered before; empty for a first sending.

    Raises:
        UsageError: a visit outside the plan names no enterprise, no reason, or not the inspector.
    """
    view: View = request.desk.workspace.ledger.view
    if sending.key.startswith(OUTSIDE):
        return _outside(request, person, sending, entered)
    this = Week.of(local_date(request.desk.workspace.clock()))
    for back in range(_BACK):
        for each in own_visits(view, person, this.shift(-back)):
            if each.key != sending.key or each.kind != sending.kind:
                continue
            if sending.case:
                found = view.case(CaseId(sending.case))
                return found if found and found.enterprise == each.line.enterprise else None
            if entered:
                return view.case(case_of_visit(entered))
            return each.case or _opened(request, each.line.enterprise, f"{this.shift(-back)} 计划")
    return None


def _outside(request: Any, person: PersonId, sending: Sending, entered: str) -> Case | None:
    from evidence.forms.open_case import find_enterprise

    view: View = request.desk.workspace.ledger.view
    why = "".join(sending.typed.get(head_name("计划外说明"), ())).strip()
    if not why:
        raise UsageError(say("计划外的检查没有写明原因。"), remedy=say("请填写“计划外说明”后再送。"))
    if sending.kind not in OUTSIDE_KINDS or person not in sending.typed.get(head_name("检查人员"), ()):
        return None
    if entered:
        return view.case(case_of_visit(entered))
    try:
        enterprise = find_enterprise(view, sending.enterprise)
    except UsageError as error:
        raise UsageError(
            error.what, remedy=say("请在本机改正企业名称，或请资料员先登记企业；本机上的内容都还在。")
        ) from error
    case = unvisited(view, enterprise.id) if sending.kind == "检查" else _newest(view, enterprise.id)
    found = view.case(case) if case else None
    return found or _opened(request, enterprise.id, why)


def _newest(view: View, enterprise: EnterpriseId) -> CaseId | None:
    standing = [each.id for each in view.cases(enterprise) if not each.cancelled_why]
    return standing[-1] if standing else None


def _opened(request: Any, enterprise: str, why: str) -> Case:
    from evidence.forms.open_case import open_case

    workspace = request.desk.workspace
    return open_case(
        workspace.ledger,
        contract=workspace.settings.contract.code,
        enterprise=enterprise,
        kind=CaseKind.ANNUAL,
        on=local_date(workspace.clock()),
        actor=actor_of(request).journalled,
        again_why=why,
        year_of=workspace.year_of,
    )
