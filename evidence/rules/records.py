"""The four records of a case: there, complete, matching paper and file (附件五(二)1, 附件六1(4))."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, timedelta
from typing import Any

from evidence.domain.document import Document
from evidence.domain.reasons import substantial
from evidence.domain.week import local_date
from evidence.rules.case_history import CaseHistory, scans_of
from evidence.rules.clause import Kind, Level
from evidence.rules.outcomes import failed, listed, passed, unsure, waiting
from evidence.rules.page_identity import page_identity
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step

TITLES = {
    "inspection-record": "现场检查记录",
    "urging-record": "督促指导工作记录",
    "rectification-report": "整改报告",
    "recheck-record": "现场复查记录",
    "interview-record": "约谈记录",
}


def arrival(chain: CaseHistory, what: str, document: Document | None, due: date, **about: str) -> Outcome:
    """Whether a required document has come back with at least one page."""
    number = document.form.number if document else ""
    expected = f"{what}于 {due.isoformat()} 前归档"
    if document is not None and document.scans:
        return passed(
            f"{what} {number} 已归档。",
            expected=expected,
            observed=f"已到 {len(document.scans)} 页",
            document=number,
            evidence=scans_of(document),
            **about,
        )
    seen = f"{number} 已签发，尚无扫描件" if document else "尚未签发"
    if chain.today < due:
        return waiting(
            f"{what}待归档，{due.isoformat()} 移交前须到齐（{seen}）。",
            expected=expected,
            observed=seen,
            due=due,
            document=number,
            **about,
        )
    return failed(
        f"缺{what}（{seen}）。请签字盖章后扫描放入收件夹。",
        expected=expected,
        observed=seen,
        due=due,
        document=number,
        **about,
    )


def _of_steps(chain: CaseHistory, steps: tuple[Step, ...], what: str) -> Iterator[Outcome]:
    for step in steps:
        due = chain.handover_due(step)
        yield arrival(chain, f"{step.name}的{what}", chain.record(step), due, visit=step.id)


@case_rule(
    "P01-inspection-record",
    "有现场检查记录",
    rows="P01 D01",
    parameters="holiday_friday",
    blocking=True,
    remedy="签发现场检查记录，现场签字盖章后扫描放入收件夹。",
)
def inspection_record(chain: CaseHistory) -> Iterator[Outcome]:
    """One inspection record for every check."""
    yield from _of_steps(chain, chain.checks, TITLES["inspection-record"])


@case_rule(
    "P04-urging-record",
    "有督促指导工作记录",
    rows="P04",
    parameters="urging_last_day holiday_friday",
    blocking=True,
    remedy="第{urging_first_day}~{urging_last_day}天内督促后填写督促指导工作记录，签字后扫描放入收件夹。",
    unless="检查未发现隐患，或尚未检查，无需督促。",
)
def urging_record(chain: CaseHistory) -> Iterator[Outcome]:
    """A record of each urging, and one by the handover after day 10 at the latest."""
    window = chain.urging_window
    if window is None:
        return
    if chain.urgings:
        yield from _of_steps(chain, chain.urgings, TITLES["urging-record"])
    elif chain.today <= window.last:
        yield waiting(
            f"督促尚未进行，窗口为 {window}{window.note}。",
            expected=f"{window} 内督促并填写记录",
            observed="尚未督促",
            due=window.last,
        )
    else:
        yield failed(
            f"检查后第7~10天（{window}）没有督促，缺督促指导工作记录。请立即督促并如实填写。",
            expected=f"{window} 内督促并填写记录",
            observed="无督促记录",
            due=window.last,
        )


@case_rule(
    "P07-report-document",
    "有企业整改报告",
    rows="P07 G08",
    parameters="rectification_days",
    blocking=True,
    remedy="向企业催要整改报告，签字盖章后扫描放入收件夹；企业拒不上报的，附监管部门书面意见登记例外。",
    unless="检查未发现隐患，或尚未检查，无需整改报告。",
)
def report_document(chain: CaseHistory) -> Iterator[Outcome]:
    """The report's paper, due when its deadline has run out and it could be handed over."""
    due = chain.report_due
    if due is None:
        return
    documents = chain.of_form("rectification-report")
    here = [one for one in documents if one.scans]
    last = chain.index.handover_due(due)
    if chain.reports and not here:
        last = min(last, chain.index.handover_due(chain.reports[-1].received_on))
    outcome = arrival(chain, "整改报告", here[-1] if here else (documents[-1] if documents else None), last)
    if outcome.kind is Kind.FAIL and any(one.receipt_at for one in chain.escalations):
        yield unsure(
            "企业未交整改报告，但已书面上报监管部门并签收。请确认是否按“缺件有因”移交。",
            expected=outcome.expected,
            observed=outcome.observed,
            due=outcome.due,
            document=outcome.document,
        )
    else:
        yield outcome


@case_rule(
    "P12-recheck-record",
    "有现场复查记录",
    rows="P12 K03",
    parameters="recheck_days holiday_friday",
    blocking=True,
    remedy="复查后填写现场复查记录，签字盖章后扫描放入收件夹。",
    unless="检查未发现隐患，或尚未检查，无需复查。",
)
def recheck_record(chain: CaseHistory) -> Iterator[Outcome]:
    """A record of each recheck, and one by the end of the recheck window at the latest."""
    if not chain.expiries and not chain.rechecks:
        return
    yield from _of_steps(chain, chain.rechecks, TITLES["recheck-record"])
    if chain.rechecks:
        return
    window = chain.expiries[0].window
    if chain.today <= window.last:
        yield waiting(
            f"复查尚未进行，窗口为 {window}{window.note}。",
            expected=f"{window} 内复查并填写记录",
            observed="尚未复查",
            due=window.last,
        )
    else:
        yield failed(
            f"整改期限 {chain.expiries[0].deadline.isoformat()} 已过，{window} 内没有复查，缺现场复查记录。",
            expected=f"{window} 内复查并填写记录",
            observed="无复查记录",
            due=window.last,
        )


@case_rule(
    "G08-pages",
    "每份记录各页齐全",
    rows="G08 G05",
    blocking=True,
    remedy="把所缺的页重新扫描放入收件夹。",
    unless="尚无扫描件到达。",
)
def pages(chain: CaseHistory) -> Iterator[Outcome]:
    """No page of a record that has begun to arrive is missing."""
    for document, due in chain.material:
        yield pages_of(document, due)


def pages_of(document: Document, due: date, **about: Any) -> Outcome:
    """Whether all pages of a document that has begun to arrive are there."""
    number, total = document.form.number, document.form.pages
    missing = document.missing_pages
    about = {"document": number, "expected": f"共 {total} 页", "evidence": scans_of(document), **about}
    if missing:
        return failed(
            f"{number} 缺第 {listed(missing)} 页（共 {total} 页）。请补扫所缺的页。",
            observed=f"缺第 {listed(missing)} 页",
            due=due,
            **about,
        )
    return passed(f"{number} 共 {total} 页，已全部到齐。", observed=f"{total} 页", **about)


@case_rule(
    "G08-edocument",
    "纸质与电子文档一一对应",
    rows="G08",
    blocking=True,
    remedy="补交电子文档，或由签发的 PDF 作为对应电子文档。",
    unless="尚无扫描件到达。",
)
def edocument(chain: CaseHistory) -> Iterator[Outcome]:
    """Every paper record has its electronic counterpart: our issued PDF, or the file handed in."""
    for document, due in chain.material:
        form, number = document.form, document.form.number
        if document.edocuments or not form.blank:
            count = len(document.edocuments)
            yield passed(
                f"{number} 有对应电子文档{f'（另交 {count} 份）' if count else '（签发的 PDF）'}。",
                expected="一份纸质对应一份电子文档",
                observed="对应",
                document=number,
            )
        else:
            yield failed(
                f"{number} 为现场手写的空白表，尚无录入后的电子文档。请录入后放入收件夹。",
                expected="一份纸质对应一份电子文档",
                observed="无电子文档",
                document=number,
                due=due,
            )


@case_rule(
    "G08-current-version",
    "记录与最新登记的事实一致",
    rows="G08 W04",
    blocking=True,
    remedy="按更正后的事实重新签发并补签，或由人确认更正不影响记录内容。",
    unless="尚无扫描件到达。",
)
def current_version(chain: CaseHistory) -> Iterator[Outcome]:
    """A signed record of facts that were corrected afterwards waits for a person."""
    for step in chain.visits:
        document = chain.record(step)
        if document is None or not document.scans:
            continue
        version, number = document.form.visit_version, document.form.number
        about = {
            "expected": f"第 {step.facts.version} 版事实",
            "observed": f"第 {version} 版事实" if version else "空白表手写",
            "visit": step.id,
            "document": number,
        }
        if version is not None and version < step.facts.version:
            yield unsure(
                f"{number} 按第 {version} 版事实签发，事实已更正为第 {step.facts.version} 版。", **about
            )
        else:
            yield passed(f"{number} 与登记的事实一致。", **about)


@case_rule(
    "G09-alterations",
    "记录未见改动",
    rows="G09 W04 D03",
    blocking=True,
    remedy="在收件台看该处截图，确认无碍或要求重新签发。",
    unless="尚无扫描件到达。",
)
def alterations(chain: CaseHistory) -> Iterator[Outcome]:
    """Print that differs, writing outside its places, or a copy too poor to show them waits for a person."""
    for document, _due in chain.material:
        yield alterations_of(document, chain.takers_part_recorded(document))


def alterations_of(document: Document, there: Container[str] = (), **about: Any) -> Outcome:
    """Whether the print of a document is as it was issued, and ink only where it belongs.

    Args:
        there: ids and names of those who were on the visit; their word does not settle it.
    """
    found = [(scan.page, one.kind) for scan in document.scans for one in scan.alterations]
    unknown = [scan.page for scan in document.scans if scan.unchecked and not scan.accepted_by]
    number = document.form.number
    about = {"document": number, "evidence": scans_of(document), **about}
    if not found and not unknown:
        return _accepted(document, there, about)
    words = {"altered_print": "印刷内容与签发件不同", "added_ink": "书写处以外有字迹"}
    seen = [f"第{page}页{words.get(kind, kind)}" for page, kind in dict.fromkeys(found)]
    unseen = [f"第{page}页改动情况无法判断" for page in unknown]
    places = listed(seen + unseen)
    if not found:
        said = f"{number} {places}（图像模糊或为黑白扫描），请与签发件对照确认，或用灰度、彩色重新扫描。"
        return unsure(said, expected="与签发件一致", observed=places, **about)
    return unsure(f"{number} {places}，请看截图确认。", expected="与签发件一致", observed=places, **about)


def _accepted(document: Document, there: Container[str], about: dict[str, Any]) -> Outcome:
    """No trace is left open: none was seen, or a person found what was seen in order and answers for it."""
    number = document.form.number
    clean = passed(f"{number} 未见改动痕迹。", **about)
    accepted = [scan for scan in document.scans if scan.accepted_by]
    # A word about a copy on which nobody could tell is not a word about traces.
    unseen = bool(accepted) and all(scan.unchecked and not scan.accepted for scan in accepted)
    what, state = ("改动情况", "改动情况程序无法判断") if unseen else ("改动痕迹", "有改动痕迹")
    words = [(scan.page, scan.accepted_by, scan.accepted_why) for scan in accepted]
    for page, by, why in words:
        if by in there:
            said = f"{number} 第{page}页的{what}由参加该次活动的{by}认定无碍，须由他人认定。"
            return revised(unsure(said, **about), clean)
        if not substantial(why):
            said = f"{number} 第{page}页的{what}由{by}认定无碍，理由“{why}”没有实质内容。"
            return revised(unsure(said, **about), clean)
    if not words:
        return clean
    told = listed(f"第{page}页由{by}认定（{why}）" for page, by, why in words)
    return revised(passed(f"{number} {state}，经人认定无碍：{told}。", **about), clean)


@case_rule(
    "T10-archived-in-time",
    "资料及时归档",
    rows="T10 G05 W02",
    level=Level.WARNING,
    parameters="archive_days",
    remedy="完成后尽快扫描归档；迟归不影响移交，但会长期列示。",
    unless="尚无检查或复查。",
)
def archived_in_time(chain: CaseHistory) -> Iterator[Outcome]:
    """A record is archived within some days of the visit; lateness stays visible."""
    for step in chain.inspections:
        document = chain.record(step)
        last = step.day + timedelta(days=chain.parameters.archive_days)
        number = document.form.number if document else ""
        about = {"expected": f"不晚于 {last.isoformat()}", "visit": step.id, "document": number}
        if document is not None and document.received_at is not None:
            arrived = local_date(document.received_at)
            seen = f"{arrived.isoformat()} 归档"
            if arrived <= last:
                yield passed(f"{number} 已于 {arrived.isoformat()} 归档。", observed=seen, **about)
            else:
                late = (arrived - last).days
                yield failed(f"{number} 迟归 {late} 天（{seen}）。", observed=seen, due=last, **about)
        elif chain.today <= last:
            yield waiting(f"{step.name}的资料待归档。", observed="未到齐", due=last, **about)
        else:
            yield failed(f"{step.name}的资料至今未到齐归档。", observed="未到齐", due=last, **about)


RULES = (
    inspection_record,
    urging_record,
    report_document,
    recheck_record,
    pages,
    page_identity,
    edocument,
    current_version,
    alterations,
    archived_in_time,
)
