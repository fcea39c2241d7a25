"""Six instalments, their due days, late fees and risks (第八条, 第九条). Amounts in fen, never floats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from evidence.domain.register import RegisterEntry
from evidence.domain.week import Week, add_workdays, local_date
from evidence.rules.acceptance_requests import acceptance_requests
from evidence.rules.clause import Kind, Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, listed, passed, unsure, waiting
from evidence.rules.payment_schedule import Instalment, late_fee, schedule, yuan
from evidence.rules.rule import Outcome, revised, standing_rule
from evidence.rules.weekly import missed_weeks

MISSED_WEEKS_COUNT = 3
"""From this edition on a week that was never handed over counts as late, too."""

OWED_BY_REGULATOR = frozenset({"C08-first-payment", "C09-half-year-payments", "C12-acceptance-requests"})
"""Rules about what Party A owes: the agency's own view, never part of a paper that goes to Party A."""


def _fen(text: str) -> int | None:
    """Amount written as yuan with up to two decimals; None when it is not one."""
    whole, _, cents = text.replace(",", "").strip().partition(".")
    if not whole.isdigit() or len(cents) > 2 or (cents and not cents.isdigit()):
        return None
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


BY_CLAUSE = 3
"""From this edition on the last half-year is paid from acceptance, the settlement has no day count."""


def accepted_on(index: FactsIndex) -> date | None:
    """The day of the last acceptance that carries its paper."""
    return max((one.on for one in index.entries("acceptance") if one.attachment), default=None)


def payable_from(index: FactsIndex, one: Instalment) -> tuple[date | None, bool]:
    """The day after which an instalment's workdays run, and whether it is known yet."""
    if one.number == 1:
        return index.parameters.signed_on, True
    if index.edition >= BY_CLAUSE and one.number == index.parameters.acceptance_instalment:
        accepted = accepted_on(index)
        return accepted, accepted is not None
    if one.number == len(index.parameters.instalment_percent):
        settled = [entry for entry in index.entries("settlement") if entry.data.get("approved") == "是"]
        return (settled[-1].on, True) if settled else (None, False)
    submitted = index.entry("materials-submission", one.key)
    return (submitted.receipt_on or submitted.on, True) if submitted else (None, False)


def _excused(index: FactsIndex, first: date, last: date) -> int:
    """Days between two dates covered by a registered district-finance cause (第九条2)."""
    causes = [one for one in index.entries("finance-cause") if one.valid_from and one.valid_to]
    day, count = first + timedelta(days=1), 0
    while day <= last:
        count += any(
            one.valid_from <= day <= one.valid_to for one in causes if one.valid_from and one.valid_to
        )
        day += timedelta(days=1)
    return count


def _paid(index: FactsIndex, one: Instalment, due: date, payment: RegisterEntry | None) -> Outcome:
    about: dict[str, Any] = {"document": one.key, "due": due, "expected": f"{due.isoformat()} 前支付"}
    on = payment.on if payment else index.today
    days = (on - due).days
    if days <= 0:
        if payment is None:
            return waiting(f"{one.name}待甲方支付，期限 {due.isoformat()}。", observed="未到账", **about)
        fen = _fen(payment.data.get("amount_yuan", ""))
        if fen is None or (one.amount_fen is not None and fen != one.amount_fen):
            return unsure(f"{one.name}已到账，金额与应付不符或未填。", observed=on.isoformat(), **about)
        return passed(f"{one.name}已于 {on.isoformat()} 到账。", observed=on.isoformat(), **about)
    counted = days - _excused(index, due, on)
    if counted <= 0:
        return unsure(
            f"{one.name}逾期 {days} 天，属{index.names.finance}因素，不计滞纳金。",
            observed=on.isoformat(),
            **about,
        )
    fee = (
        "待设置合同价后计算"
        if one.amount_fen is None
        else f" {yuan(late_fee(one.amount_fen, counted, index.parameters))}"
    )
    capped = counted * index.parameters.late_permille_per_day >= index.parameters.late_cap_percent * 10
    right = "，已达上限，乙方有权解除合同" if capped else ""
    state = "没有登记到账；确未支付的，" if payment is None else ""
    return failed(
        f"{one.name}{state}逾期 {counted} 天，滞纳金{fee}{right}。",
        observed=f"逾期 {counted} 天",
        **about,
    )


def _settled(one: Instalment, payment: RegisterEntry | None) -> Outcome:
    """The last payment follows the approved settlement; the contract names no days for it."""
    about: dict[str, Any] = {"document": one.key, "expected": "结算审定后支付，合同未约定天数"}
    if payment is None:
        return waiting(f"{one.name}：结算已审定，待甲方支付（合同未约定天数）。", observed="未到账", **about)
    about["observed"] = payment.on.isoformat()
    fen = _fen(payment.data.get("amount_yuan", ""))
    if fen is None or (one.amount_fen is not None and fen != one.amount_fen):
        return unsure(f"{one.name}已到账，金额与应付不符或未填。", **about)
    return passed(f"{one.name}已于 {payment.on.isoformat()} 到账。", **about)


@standing_rule(
    "C08-first-payment",
    "签约后{first_payment_workdays}个工作日内付{first_percent}%",
    rows="C08 C13",
    level=Level.NOTE,
    parameters="first_payment_workdays signed_on late_permille_per_day late_cap_percent",
    remedy="登记到账（台账 payment）；逾期的书面催告甲方。",
)
def first_payment(index: FactsIndex) -> Iterator[Outcome]:
    """The first instalment arrived within fifteen working days of signing."""
    one = schedule(index.parameters)[0]
    due = add_workdays(index.parameters.signed_on, index.parameters.first_payment_workdays)
    if due is None:
        yield unsure("工作日日历不含该年度，第1期付款期限请人工计算。")
        return
    yield _paid(index, one, due, index.entry("payment", one.key))


@standing_rule(
    "C09-half-year-payments",
    "提交资料后{payment_workdays}个工作日内付款",
    rows="C09 C13",
    level=Level.NOTE,
    parameters="payment_workdays late_permille_per_day late_cap_percent instalment_percent",
    remedy="登记到账（台账 payment）；逾期的书面催告甲方。",
    unless="尚未提交付款资料。",
)
def half_year_payments(index: FactsIndex) -> Iterator[Outcome]:
    """Each later instalment arrived within ten working days of the submission."""
    for one in schedule(index.parameters)[1:]:
        start, known = payable_from(index, one)
        if not known or start is None:
            continue
        payment = index.entry("payment", one.key)
        due = add_workdays(start, index.parameters.payment_workdays)
        if due is None:
            said = f"工作日日历不含该年度，{one.name}付款期限请人工计算。"
            counted = unsure(said, document=one.key)
        else:
            counted = _paid(index, one, due, payment)
        settlement = one.number == len(index.parameters.instalment_percent)
        yield revised(_settled(one, payment), counted) if settlement else counted


@standing_rule(
    "C09-half-year-material",
    "每半年完成服务并提交完整资料",
    rows="C09",
    parameters="signed_on instalment_percent",
    remedy="用 evidence instalment 查看未闭环的企业，补齐后提交。",
    unless="第一个半年尚未开始。",
)
def half_year_material(index: FactsIndex) -> Iterator[Outcome]:
    """Every enterprise visited in a half-year is closed, and the material is submitted with a receipt."""
    for one in schedule(index.parameters):
        if one.half is None or one.first is None or one.last is None or one.first > index.today:
            continue
        begun = [
            cycle
            for cycle in index.facts.services
            if cycle.checked_on and one.first <= cycle.checked_on <= min(one.last, index.today)
        ]
        open_ = sorted(index.name_of(cycle.enterprise) for cycle in begun if not cycle.closed)
        submitted = index.entry("materials-submission", one.key)
        about: dict[str, Any] = {
            "document": one.key,
            "due": one.last,
            "expected": f"{one.first.isoformat()} 至 {one.last.isoformat()} 全部闭环并提交",
            "observed": f"{len(begun) - len(open_)}/{len(begun)} 闭环",
        }
        if index.today <= one.last and submitted is None:
            yield waiting(f"第{one.half}个半年进行中：{about['observed']}。", **about)
            continue
        before = _material(one, open_, submitted, about)
        if index.today <= one.last:
            said = f"第{one.half}个半年 {one.last.isoformat()} 才届满，已登记提交资料，届满后方能认定完整。"
            yield revised(waiting(said, **about), before)
        elif not begun:
            said = f"第{one.half}个半年没有检查任何企业，没有可付款的工作。"
            yield revised(failed(said, **about), before)
        elif submitted is not None and submitted.on <= one.last:
            said = f"第{one.half}个半年的资料在届满前（{submitted.on.isoformat()}）提交，请确认是否完整。"
            yield revised(unsure(said, **about), before) if before.kind is Kind.PASS else before
        else:
            yield before


def _material(
    one: Instalment, open_: list[str], submitted: RegisterEntry | None, about: dict[str, Any]
) -> Outcome:
    """What stands in the way of a half-year that is over."""
    if open_:
        return failed(f"第{one.half}个半年有 {len(open_)} 家未闭环：{listed(open_)}。", **about)
    if submitted is None:
        return failed(f"第{one.half}个半年资料尚未提交。", **about)
    if submitted.receipt_on is None:
        return unsure(f"第{one.half}个半年资料已提交，尚无签收。", **about)
    return passed(f"第{one.half}个半年资料已提交并签收。", **about)


@standing_rule(
    "C07-invoices",
    "每期开具发票",
    rows="C07",
    level=Level.NOTE,
    parameters="price_yuan instalment_percent",
    remedy="开具与该期金额一致的发票并登记（台账 invoice）。",
    unless="尚无到账或开票。",
)
def invoices(index: FactsIndex) -> Iterator[Outcome]:
    """An invoice of the instalment's amount stands beside each payment."""
    for one in schedule(index.parameters):
        invoice, payment = index.entry("invoice", one.key), index.entry("payment", one.key)
        if invoice is None and payment is None:
            continue
        fen = _fen(invoice.data.get("amount_yuan", "")) if invoice else None
        about: dict[str, Any] = {
            "document": one.key,
            "expected": yuan(one.amount_fen) if one.amount_fen is not None else "该期金额",
            "observed": yuan(fen) if fen is not None else "未登记",
        }
        if invoice is None:
            yield failed(f"{one.name}已到账，没有登记发票。", **about)
        elif fen is None or one.amount_fen is None:
            yield unsure(f"{one.name}的发票金额或合同价未登记，无法核对。", **about)
        elif fen != one.amount_fen:
            yield failed(f"{one.name}的发票金额与应付不符。", **about)
        else:
            yield passed(f"{one.name}的发票金额相符。", **about)


@standing_rule(
    "C10-final-acceptance",
    "期末全部企业完成服务并验收",
    rows="C10 C06",
    parameters="signed_on term_years",
    remedy="逐条备齐投标承诺的证据，申请验收（台账 bid-commitment、acceptance）。",
    unless="服务期尚未进入最后半年。",
)
def final_acceptance(index: FactsIndex) -> Iterator[Outcome]:
    """At the end: acceptance passed, with evidence for every bid commitment."""
    last = index.term[1]
    if index.today < last - relativedelta(months=6):
        return
    bare = [one.key for one in index.entries("bid-commitment") if not one.data.get("evidence")]
    accepted = index.entries("acceptance")
    about: dict[str, Any] = {"due": last, "expected": "验收通过", "observed": f"验收 {len(accepted)} 份"}
    if bare:
        yield failed(f"投标承诺 {listed(bare)} 没有履行证据。", **about)
    elif any(one.attachment for one in accepted):
        yield passed("已验收通过。", **about)
    elif accepted:
        yield unsure("已登记验收，没有附件。", **about)
    elif index.today <= last:
        yield waiting("最后半年，尚未验收。", **about)
    else:
        yield failed("服务期已满，没有验收记录。", **about)


@standing_rule(
    "C11-final-handover",
    "期满资料全部移交并结算",
    rows="C11",
    parameters="signed_on term_years",
    remedy="移交全部资料并取得签收，提交结算（台账 final-handover、settlement）。",
    unless="合同尚未期满。",
)
def final_handover(index: FactsIndex) -> Iterator[Outcome]:
    """After the term: everything handed over with a receipt, settlement approved."""
    if index.today <= index.term[1]:
        return
    handed = index.entries("final-handover")
    settled = [one for one in index.entries("settlement") if one.data.get("approved") == "是"]
    if not handed:
        yield failed("合同已期满，没有期满移交记录。", observed="未移交")
    elif handed[-1].receipt_on is None:
        yield unsure("期满资料已移交，尚无签收。", observed="无签收")
    elif not settled:
        yield waiting("期满资料已移交，结算待审定。", observed="待审定")
    else:
        yield passed("期满资料已移交，结算已审定。", observed=settled[-1].on.isoformat())


@standing_rule(
    "C15-lateness-risk",
    "逾期违约风险",
    rows="C15",
    level=Level.NOTE,
    parameters="late_permille_per_day late_cap_percent price_yuan holiday_friday",
    remedy="尽快移交；风险金额供与甲方商谈时参考。",
)
def lateness_risk(index: FactsIndex) -> Iterator[Outcome]:
    """Days the latest weekly handover of this contract is or was late, and the fee if all counted."""
    worst, which = 0, ""
    for package in index.facts.packages:
        if package.supplement:
            continue
        due = index.handover_window(Week.parse(package.week)).last
        days = (local_date(package.built_at) - due).days
        if days > worst:
            worst, which = days, package.id
    never = [week for week in missed_weeks(index, Week.of(index.today)) if not index.packages_for(week)]
    if never and index.edition >= MISSED_WEEKS_COUNT:
        due = index.handover_window(never[0]).last
        if (days := (index.today - due).days) > worst:
            worst, which = days, str(never[0])
    if not index.facts.packages and not worst:
        yield revised(
            unsure("还没有做过移交包，是否逾期无从计算。", expected="逾期 0 天", observed="无移交包"),
            passed("没有逾期移交的周。", expected="逾期 0 天", observed="0 天"),
        )
        return
    if not worst:
        yield passed("没有逾期移交的周。", expected="逾期 0 天", observed="0 天")
        return
    price = index.parameters.price_yuan
    percent = min(worst * index.parameters.late_permille_per_day, index.parameters.late_cap_percent * 10)
    share, clause = f"{percent / 10:g}%", index.text.reference("lateness")
    about: dict[str, Any] = {"document": which, "expected": "逾期 0 天", "observed": f"{worst} 天"}
    if price is None:
        yield unsure(
            f"{which} 逾期 {worst} 天，按{clause} 最高 {share}；合同价未设置，金额无法计算。",
            **about,
        )
    else:
        fee = yuan(late_fee(price * 100, worst, index.parameters))
        yield failed(
            f"{which} 逾期 {worst} 天，按{index.text.reference('lateness')} 风险最高 {fee}（{share}）。",
            **about,
        )


STANDING_RULES = (
    first_payment,
    half_year_payments,
    half_year_material,
    invoices,
    final_acceptance,
    final_handover,
    acceptance_requests,
    lateness_risk,
)
