"""Who is new in the zone: three months after production begins, notices, tenants (附件五(一)2, (二)4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
from dateutil.relativedelta import relativedelta

from evidence.domain.parties import Enterprise
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.parameters import Parameters
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule
from evidence.rules.surroundings import Surroundings, in_force

BY_PRODUCTION = 3
"""From this edition on 新进 is decided by the start of production within the term."""


def is_newcomer(enterprise: Enterprise, signed_on: date) -> bool:
    """New in the zone: began production under this contract, or entered it and has not begun."""
    if enterprise.production_started is not None:
        return enterprise.production_started >= signed_on
    return enterprise.entered_zone is not None and enterprise.entered_zone >= signed_on


def was_newcomer(enterprise: Enterprise, signed_on: date) -> bool:
    """Who counted as a newcomer before edition 3: whoever's day of entry was known."""
    return enterprise.entered_zone is not None or (
        enterprise.production_started is not None and enterprise.production_started >= signed_on
    )


def _newcomer_doubt(enterprise: Enterprise, parameters: Parameters) -> Outcome | None:
    """Production began before the contract, its three months end in it: whose duty is it?"""
    started = enterprise.production_started
    if started is None or started >= parameters.signed_on:
        return None
    end = started + relativedelta(months=parameters.new_enterprise_months)
    if end < parameters.signed_on:
        return None
    return unsure(
        f"{enterprise.short_name}于合同签订前（{started.isoformat()}）投产，三个月期限（{end.isoformat()}）"
        "在合同期内届满，是否由本机构指导、检查请与监管部门确认。",
        observed=started.isoformat(),
    )


def _counts(index: Surroundings, enterprise: Enterprise) -> bool:
    test = is_newcomer if index.edition >= BY_PRODUCTION else was_newcomer
    return test(enterprise, index.parameters.signed_on)


@case_rule(
    "F03-new-enterprise",
    "新投产企业三个月内指导并检查",
    rows="F03",
    parameters="new_enterprise_months",
    remedy="尽快完成指导服务和现场检查。",
    unless="不是新进投产企业。",
)
def new_enterprise(chain: CaseHistory) -> Iterator[Outcome]:
    """A newcomer had one guidance visit and one check within three months of starting production."""
    enterprise = chain.enterprise
    if enterprise is None:
        return
    if (doubt := _newcomer_doubt(enterprise, chain.parameters)) is not None:
        yield revised(doubt)
    if not _counts(chain.index, enterprise):
        return
    if enterprise.production_started is None:
        yield unsure("新进企业未登记投产日期，无法计算三个月期限。", observed="投产日期不明")
        return
    yield _newcomer(chain.index, enterprise, enterprise.production_started)


def _newcomer(index: Surroundings, enterprise: Enterprise, started: date) -> Outcome:
    due = started + relativedelta(months=index.parameters.new_enterprise_months)
    services = index.services_of(enterprise.id)
    checks = [one.checked_on for one in services if one.checked_on and started <= one.checked_on]
    talks = [one.guidance_on for one in services if one.guidance_on and started <= one.guidance_on]
    about: dict[str, Any] = {"expected": f"{due.isoformat()} 前指导、检查各一次", "due": due}
    missing = [
        word
        for word, days in (("指导服务", talks), ("现场检查", checks))
        if not any(day <= due for day in days)
    ]
    about["observed"] = f"缺{listed(missing)}" if missing else "已完成"
    if not missing:
        return passed(f"{enterprise.short_name}投产三个月内已指导、检查。", **about)
    if index.today <= due:
        return waiting(f"{enterprise.short_name}须在 {due.isoformat()} 前完成{listed(missing)}。", **about)
    never = failed(
        f"{enterprise.short_name}投产三个月（{due.isoformat()}）内没有{listed(missing)}。", **about
    )
    if not talks or not checks:
        return never
    days = (max(min(talks), min(checks)) - due).days
    said = f"{enterprise.short_name}投产三个月（{due.isoformat()}）后才完成{listed(missing)}，迟 {days} 天。"
    return revised(late(said, **about), never)


@standing_rule(
    "F03-newcomers",
    "新投产企业一个不漏",
    rows="F03",
    parameters="new_enterprise_months",
    remedy="为该企业开立新企业案件并安排指导和检查。",
    unless="没有新进投产企业。",
)
def newcomers(index: FactsIndex) -> Iterator[Outcome]:
    """Every newcomer of the section, also the ones nobody has opened a case for."""
    for enterprise in sorted(index.facts.enterprises, key=lambda one: one.id):
        if not _counts(index, enterprise):
            continue
        if not in_force(index.today, None, enterprise.active_to):
            continue
        if enterprise.production_started is None:
            yield unsure(f"{enterprise.short_name}未登记投产日期。", enterprise=enterprise.id)
            continue
        outcome = _newcomer(index, enterprise, enterprise.production_started)
        yield Outcome(
            kind=outcome.kind,
            message=outcome.message,
            expected=outcome.expected,
            observed=outcome.observed,
            due=outcome.due,
            enterprise=enterprise.id,
            level=outcome.level,
            since=outcome.since,
            earlier=None
            if outcome.earlier is None
            else msgspec.structs.replace(outcome.earlier, enterprise=enterprise.id),
        )


def _to_be_notified(index: Surroundings, enterprise: Enterprise) -> bool:
    """Who sublets, or moved in: under this contract from edition 3 on, whenever before it."""
    entered = enterprise.entered_zone
    if enterprise.landlord is not None or index.edition < BY_PRODUCTION:
        return enterprise.landlord is not None or entered is not None
    return entered is not None and entered >= index.parameters.signed_on


def _notice_due(chain: CaseHistory, entered: date | None) -> date | None:
    """Last day to tell the regulator: counted from the entry, else from the check that found it."""
    since = entered or (chain.check.day if chain.check else None)
    return None if since is None else since + timedelta(days=chain.parameters.tenant_notice_days)


@case_rule(
    "P17-newcomer-notified",
    "新企业、厂中厂通知监管部门",
    rows="P17",
    parameters="tenant_notice_days",
    level=Level.WARNING,
    remedy="书面通知监管部门并登记签收（台账 tenant-notice）。",
    unless="不是新入驻企业，也没有出租情况。",
)
def newcomer_notified(chain: CaseHistory) -> Iterator[Outcome]:
    """A new entrant or a sublet factory was notified to the regulator, with a receipt."""
    enterprise = chain.enterprise
    if enterprise is None or not _to_be_notified(chain.index, enterprise):
        return
    notices = chain.entries("tenant-notice")
    what = "新入驻企业" if enterprise.landlord is None else "厂中厂"
    since = enterprise.entered_zone
    about: dict[str, Any] = {"expected": "书面通知并签收"}
    if notices:
        first = min(notices, key=lambda one: one.on)
        about["observed"] = first.on.isoformat()
        if not any(one.receipt_on for one in notices):
            told = unsure(f"{what}已于 {first.on.isoformat()} 通知监管部门，尚无签收。", **about)
        else:
            told = passed(f"{what}已通知监管部门并签收。", **about)
        last = _notice_due(chain, since)
        if last is not None and first.on > last:
            days = (first.on - last).days
            said = f"{what}于 {first.on.isoformat()} 才通知监管部门，迟 {days} 天。"
            told = revised(late(said, due=last, **about), told)
        yield told
        return
    due = since + timedelta(days=chain.parameters.tenant_notice_days) if since else None
    if due is not None and chain.today <= due:
        yield waiting(f"{what}须在 {due.isoformat()} 前通知监管部门。", due=due, **about)
    else:
        yield failed(f"{what}没有通知监管部门的记录。", due=due, observed="无通知", **about)


@case_rule(
    "P18-tenant-registered",
    "厂中厂登记和告知",
    rows="P18",
    level=Level.WARNING,
    remedy="办理安全生产登记，请出租方、承租方签收告知书（台账 safety-registration）。",
    unless="不是新入驻企业，也没有出租情况。",
)
def tenant_registered(chain: CaseHistory) -> Iterator[Outcome]:
    """A registration and notice exist, by register entry or by the form that came back signed."""
    enterprise = chain.enterprise
    if enterprise is None or not _to_be_notified(chain.index, enterprise):
        return
    papers = [one for one in chain.of_form("tenant-notice") if one.scans]
    entries = chain.entries("safety-registration")
    about: dict[str, Any] = {"expected": "登记表和告知书"}
    if papers or any(one.attachment for one in entries):
        number = papers[-1].form.number if papers else ""
        yield passed("安全生产登记和告知在案。", document=number, **about)
    elif entries:
        yield unsure("已登记，没有告知书附件。", observed="无附件", **about)
    else:
        yield failed("没有安全生产登记和告知。", observed="无", **about)
