"""Records that came back: judged from their arrival on, whether or not their facts were entered.

附件六1(4): 如实记录每次服务情况. Paper that nobody has typed in yet proves that a visit was made; what it has
to show is judged on the paper itself, and every rule that needs its facts waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evidence.domain.document import Document
from evidence.domain.week import local_date
from evidence.rules.case_history import FORM_OF, CaseHistory, scans_of
from evidence.rules.outcomes import failed, listed, passed, unsure, waiting
from evidence.rules.records import TITLES
from evidence.rules.rule import CaseRule, Outcome, case_rule

CHECK, URGING, RECHECK, REPORT, INTERVIEW = (
    "inspection-record",
    "urging-record",
    "recheck-record",
    "rectification-report",
    "interview-record",
)
VISITS = (CHECK, URGING, RECHECK, INTERVIEW)
INSPECTIONS = (CHECK, RECHECK)
FILMED = frozenset({CHECK, RECHECK})
"""Records of what is always filmed; an urging may have been a telephone call."""


def _without_visit(chain: CaseHistory) -> Iterator[str]:
    """Numbers and films that belong to a visit which is not, or no longer, in the ledger."""
    known = {visit.id for visit in chain.facts.visits}
    for document in chain.documents:
        if not document.scans and document.form.visit and document.form.visit not in known:
            yield document.form.number
    for recording in chain.facts.recordings:
        if recording.visit and recording.visit not in known:
            yield recording.name


def _outstanding(chain: CaseHistory) -> Iterator[Outcome]:
    """Blank records that were printed and neither came back nor were made void: were they used?

    One printed on a Friday or later belongs to the next week's visits.
    """
    recorded = {document.form.number for step in chain.visits if (document := chain.record(step))}
    for document in chain.documents:
        form = document.form
        if document.scans or not form.blank or form.form not in VISITS or form.number in recorded:
            continue
        due = chain.index.handover_due(local_date(form.issued_at) + timedelta(days=1))
        about: dict[str, Any] = {"document": form.number, "due": due, "observed": "未收回"}
        if chain.today < due:
            yield waiting(f"空白{TITLES[form.form]} {form.number} 已签发，待收回。", **about)
        else:
            yield unsure(
                f"空白{TITLES[form.form]} {form.number} 已签发而未收回：用过的请收回，没有用的请作废。",
                **about,
            )


@case_rule(
    "G08-facts-entered",
    "收回的记录已录入检查事实",
    rows="G08 G05",
    blocking=True,
    remedy="对照收回的记录录入该次活动（evidence visit add 或工作台“录入”）；签发有误的，作废该编号。",
    unless="尚无文书收回。",
)
def facts_entered(chain: CaseHistory) -> Iterator[Outcome]:
    """Every record that came back has its facts in the ledger, and nothing hangs on a visit not there."""
    lacking = chain.unentered
    numbers = {document.form.number for document in lacking}
    for document in lacking:
        number, title = document.form.number, TITLES[document.form.form]
        several = [step.id for step in chain.visits if FORM_OF.get(step.facts.kind) == document.form.form]
        if len(several) > 1 and document.visit is None:
            said = f"未指明是哪一次活动（{listed(several)}）的记录，转录时请写明。"
        else:
            said = "尚未录入其内容；据以核对的各项都不能认定。"
        yield failed(
            f"{title} {number} 已收回，{said}",
            expected="记录收回后录入事实",
            observed="未录入",
            document=number,
            evidence=scans_of(document),
        )
    for name in _without_visit(chain):
        yield failed(
            f"{name} 所属的活动没有登记或已撤回，请重新录入，或作废该编号、改派该录像。",
            expected="所属活动在册",
            observed="没有这次活动",
            document=name,
        )
    yield from _outstanding(chain)
    for document, _due in chain.material:
        if document.form.number not in numbers:
            number = document.form.number
            yield passed(f"{number} 的内容已录入。", document=number, evidence=scans_of(document))


NOT_ENTERED = "事实未录入"
"""Observed of whatever nobody can check before the record is entered."""
Also = Callable[[CaseHistory, Document], Iterable[Outcome]]
"""What a rule says of one returned record whose facts are not entered."""


def _unknown(_chain: CaseHistory, document: Document) -> Iterator[Outcome]:
    number = document.form.number
    yield unsure(
        f"{number} 已收回而内容未录入，本项无从核对。",
        observed=NOT_ENTERED,
        document=number,
        evidence=scans_of(document),
        blocking=False,
    )


def _heavy(also: Also) -> Also:
    """Only at the six heavy classes (附件一)."""

    def judged(chain: CaseHistory, document: Document) -> Iterator[Outcome]:
        if chain.enterprise is None or chain.enterprise.heavy:
            yield from also(chain, document)

    return judged


def _ordinary(chain: CaseHistory, document: Document) -> Iterator[Outcome]:
    if chain.enterprise is None or not chain.enterprise.heavy:
        yield from _unknown(chain, document)


def _deep(chain: CaseHistory, document: Document) -> Iterator[Outcome]:
    if chain.enterprise is None or chain.enterprise.key_processes:
        yield from _unknown(chain, document)


def _film(_chain: CaseHistory, document: Document) -> Iterator[Outcome]:
    """No film can belong to a visit that is not there; of a call nobody knows whether it needed one."""
    number = document.form.number
    about: dict[str, Any] = {"document": number, "expected": "到达至离开全程音视频", "observed": "无录像"}
    if document.form.form in FILMED:
        yield failed(
            f"{number} 已收回，没有归入该次活动的录像；录入该次活动后，录像按设备和时间归入。", **about
        )
    else:
        yield unsure(f"{number} 已收回而内容未录入，是否须有录像无从核对。", **about)


NEEDS: dict[str, tuple[tuple[str, ...], Also]] = {
    **{
        rule: (forms, _unknown)
        for forms, rules in (
            (VISITS, "G08-current-version S03-known-people S06-external-experts T02-badge-valid"),
            (VISITS, "G01-replacement-consent T05-removed-stay-away G02-confidentiality T08-integrity"),
            (VISITS, "T09-no-conflict F01-within-term G05-every-service-archived"),
            ((*VISITS, REPORT), "K03-order K03-chain-closed"),
            (INSPECTIONS, "T10-archived-in-time T03-badge-shown E01-areas-open T01-visit-planned"),
            (INSPECTIONS, "G07-handed-over-in-time G09-time-on-site G09-one-place-at-a-time"),
            (INSPECTIONS, "E04-one-principal"),
            ((CHECK,), "P01-inspection-record P01-facts-complete P02-hazard-deadlines C04-hazard-basis"),
            ((CHECK,), "G03-briefed G04-advice K05-major-criterion K01-items D02-major-reported"),
            ((CHECK,), "E07-dispute-decided G09-own-words E05-questionnaire T07-internal-review"),
            ((CHECK, URGING), "P03-urging-window P04-urging-record"),
            ((URGING,), "P04-urging-facts P05-passive-reported"),
            ((URGING, INTERVIEW), "P06-principal-interviewed"),
            ((CHECK, REPORT), "P07-report-document P07-report-in-time P07-every-hazard-answered"),
            ((REPORT,), "E02-plan-fields E03-rectified-in-time P08-preliminary-review"),
            ((REPORT,), "P09-notice-of-nonconformity P10-versions-kept"),
            ((CHECK, RECHECK), "P12-recheck-record P11-recheck-window"),
            ((RECHECK,), "P12-results-complete P13-overdue-reported"),
        )
        for rule in rules.split()
    },
    "K02-deep-inspection": ((CHECK,), _deep),
    "S03-ordinary-staffing": (INSPECTIONS, _ordinary),
    "S04-heavy-staffing": (INSPECTIONS, _heavy(_unknown)),
    "S05-supervisor": (INSPECTIONS, _heavy(_unknown)),
    "V01-video-and-audio": ((CHECK, URGING, RECHECK), _film),
    "V02-whole-visit": ((CHECK, URGING, RECHECK), _film),
    "V02-sound-footage": (INSPECTIONS, _unknown),
    "V01-known-recorder": (INSPECTIONS, _unknown),
}
"""Rule -> the records whose facts it needs, and what it says while they are not entered."""


def from_arrival(rule: CaseRule) -> CaseRule:
    """A rule of the chain that also answers for returned records whose facts nobody entered."""
    if rule.id not in NEEDS:
        return rule
    forms, also = NEEDS[rule.id]

    def judge(chain: CaseHistory) -> Iterator[Outcome]:
        yield from rule.judge(chain)
        for document in chain.unentered:
            if document.form.form in forms:
                yield from also(chain, document)

    judge.__doc__ = rule.judge.__doc__
    return replace(rule, judge=judge, revision=rule.revision + 1)


RULES = (facts_entered,)
