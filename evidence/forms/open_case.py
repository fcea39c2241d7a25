"""Opening an inspection cycle, and finding enterprises and cases the way people name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import EnterpriseId, make_case_id
from evidence.domain.parties import Enterprise
from evidence.domain.reasons import require_words
from evidence.errors import UsageError
from evidence.forms.plausible import Plausible
from evidence.language import _
from evidence.ledger.events import CaseOpened, Event
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View


class AnotherCaseError(UsageError):
    """There is a case of this kind for the enterprise and year; a person must say why another."""


def find_enterprise(view: View, wanted: str) -> Enterprise:
    """An enterprise by credit code, name, short name, or a part of the name that fits only one.

    Raises:
        UsageError: none or several fit.
    """
    plain = wanted.strip()
    named = view.enterprise(EnterpriseId(plain))
    if named is not None:
        return named
    everybody = view.enterprises()
    exact = [e for e in everybody if plain in (e.id, e.credit_code, e.name)]
    fitting = exact or [e for e in everybody if plain == e.short_name]
    fitting = fitting or [e for e in everybody if plain and plain in e.name]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise UsageError(
            _("名册中没有企业“{wanted}”。").format(wanted=wanted),
            remedy=_("请先用 evidence import 导入名册。"),
        )
    names = "、".join(enterprise.name for enterprise in fitting[:5])
    raise UsageError(
        _("“{wanted}”对应多家企业：{names}。").format(wanted=wanted, names=names), remedy=_("请写信用代码。")
    )


def parse_kind(text: str) -> tuple[CaseKind, str]:
    """`special:ZX2022-01` as kind and campaign.

    Raises:
        UsageError: unknown kind, or a special case without its campaign.
    """
    kind_text, _colon, campaign = text.partition(":")
    try:
        kind = CaseKind(kind_text)
    except ValueError:
        raise UsageError(
            _("案件类型“{text}”不对。").format(text=text),
            remedy=_("可用：annual、new-enterprise、special:专项编号、survey:普查编号。"),
        ) from None
    if kind in (CaseKind.SPECIAL, CaseKind.SURVEY) and not campaign:
        raise UsageError(
            _("专项或普查案件要写明编号，如 special:ZX2022-01。"),
            remedy=_("专项编号见名册的“专项”表；普查写 survey:编号。"),
        )
    return kind, campaign


def open_case(
    ledger: Ledger,
    *,
    contract: str,
    enterprise: str,
    kind: str,
    on: date,
    actor: str,
    again_why: str | None = None,
    bounds: Plausible | None = None,
    year_of: Callable[[date], int] = lambda day: day.year,
) -> Case:
    """Open a case under the next number of its year.

    Args:
        again_why: the reason for another case of this kind for the same enterprise and year; None asks first.
        bounds: refuses a day that cannot be.
        year_of: the year of service that a day lies in; a check is owed once in each.

    Raises:
        UsageError: unknown enterprise, kind or campaign; there is such a case already and no reason in words;
            the year's 9999 numbers are used up.
    """
    case_kind, campaign = parse_kind(kind)
    reason = require_words(again_why) if again_why and again_why.strip() else ""
    if bounds is not None and (problem := bounds.day(on)):
        raise UsageError(
            _("开立日期 {day} {problem}。").format(day=on.isoformat(), problem=problem),
            remedy=_("请核对日期后再开立。"),
        )

    def decide(view: View) -> Sequence[Event]:
        party = find_enterprise(view, enterprise)
        if campaign and campaign not in {known.id for known in view.campaigns()}:
            raise UsageError(
                _("名册中没有专项“{campaign}”。").format(campaign=campaign),
                remedy=_("请先在名册的“专项”表登记，再运行 evidence import。"),
            )
        _ask_before_another(view, party, (case_kind, campaign, year_of(on)), year_of, again_why)
        prefix = make_case_id(contract, on.year, 0)[:-4]
        running = view.next_case(prefix)
        if running > 9999:
            raise UsageError(
                _("{year} 年的案件编号已用完。").format(year=on.year),
                remedy=_("每年最多 9999 个案件；请联系维护人员。"),
            )
        case = Case(
            id=make_case_id(contract, on.year, running),
            enterprise=party.id,
            kind=case_kind,
            opened_on=on,
            campaign=campaign,
            again_why=reason,
        )
        return [CaseOpened(case=case)]

    (event,) = ledger.transact(actor, decide)
    if not isinstance(event, CaseOpened):
        raise TypeError(f"unexpected event {event!r}")
    return event.case


def _ask_before_another(
    view: View,
    party: Enterprise,
    wanted: tuple[CaseKind, str, int],
    year_of: Callable[[date], int],
    again_why: str | None,
) -> None:
    same = [
        case.id
        for case in view.cases(party.id)
        if (case.kind, case.campaign, year_of(case.opened_on)) == wanted and not case.cancelled_why
    ]
    if same and not (again_why or "").strip():
        raise AnotherCaseError(
            _("{name} 本年度已有同类案件：{cases}。").format(name=party.name, cases="、".join(same)),
            remedy=_("接着办理请用已有的案件；确需另开的，加 --again --why 写明原因。"),
        )
