"""Who must have signed and sealed which record (附件六1(4), 附件六2(3), 附件一)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from evidence.contracts.text import PartyNames
from evidence.domain.document import BoxKind, Document, Mark, MarkVerdict
from evidence.domain.identifiers import Number
from evidence.domain.reasons import substantial
from evidence.domain.terms import ROLES
from evidence.rules.case_history import CaseHistory, scans_of
from evidence.rules.clause import Kind
from evidence.rules.outcomes import failed, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step

ROLE_NAME = ROLES | {"escort": "企业陪同人员", "agency": "检查单位", "reviewer": "初审人", "filler": "填表人"}
"""What findings call those who sign: on record, so four of them keep words that papers no longer use."""
KIND_WORD = {BoxKind.SIGNATURE: "签名", BoxKind.SEAL: "盖章", BoxKind.DATE: "日期"}
OWN_RULE = {
    ("signature", "expert"),
    ("signature", "supervisor"),
    ("signature", "escort"),
    ("signature", "principal"),
    ("seal", "enterprise"),
}
"""Marks of check and recheck records that have a rule of their own."""


@dataclass(frozen=True, slots=True)
class Place:
    """One required box of an issued form, with what was seen there."""

    page: int
    box: str
    kind: BoxKind
    role: str
    mark: Mark | None
    page_here: bool
    names: PartyNames

    @property
    def words(self) -> str:
        """`第2页企业陪同人员签名`."""
        whose = self.names.supervisor if self.role == "supervisor" else ROLE_NAME.get(self.role, self.role)
        return f"第{self.page}页{whose}{KIND_WORD[self.kind]}"


def places(document: Document, names: PartyNames) -> tuple[Place, ...]:
    """The required boxes of a document in page order; `required_boxes` is `<page>:<box>:<kind>:<role>`."""
    marks = {(mark.page, mark.box): mark for mark in document.marks}
    pages = {scan.page for scan in document.scans}
    found = []
    for text in document.form.required_boxes:
        page, box, kind, role = text.split(":", 3)
        mark = marks.get((int(page), box))
        found.append(Place(int(page), box, BoxKind(kind), role, mark, int(page) in pages, names))
    return tuple(found)


def judge_marks(
    document: Document, wanted: tuple[Place, ...], what: str, refusal: str = "", **about: Any
) -> Outcome:
    """One finding over the boxes of one role: the gravest of what was seen in them.

    Args:
        refusal: reason of a refusal recorded with a witness; it turns absent into `review`.
    """
    about.setdefault("document", document.form.number)
    about["evidence"] = scans_of(document)
    number = document.form.number
    expected = f"{listed(place.words for place in wanted)}"
    absent = [p for p in wanted if p.mark is not None and p.mark.verdict is MarkVerdict.ABSENT]
    missing = [p for p in wanted if not p.page_here]
    undecided = [
        p for p in wanted if p.page_here and (p.mark is None or p.mark.verdict is MarkVerdict.UNDECIDED)
    ]
    if absent and refusal:
        return unsure(
            f"{number} {listed(p.words for p in absent)}缺，已记录拒签（{refusal}），请人工认定。",
            expected=expected,
            observed="拒签，有见证人",
            **about,
        )
    if absent:
        words = listed(p.words for p in absent)
        return failed(
            f"{number} 未见{words}，请补签后重新扫描该页。",
            expected=expected,
            observed=f"未见{words}",
            **about,
        )
    if missing:
        return failed(
            f"{number} 第{listed(sorted({p.page for p in missing}))}页未到，{what}无从核对。",
            expected=expected,
            observed="该页未到",
            **about,
        )
    if undecided:
        words = listed(p.words for p in undecided)
        return unsure(
            f"{number} {words}看不清，请在收件台看截图认定。", expected=expected, observed="无法判定", **about
        )
    return _all_seen(number, what, wanted, {"expected": expected, **about})


def _all_seen(number: Number, what: str, wanted: tuple[Place, ...], about: dict[str, Any]) -> Outcome:
    """What a pass claims: not that a seal is the right one, and whose word it is where a person decided."""
    seen = passed(f"{number} {what}齐全。", observed="均已见到", **about)
    said = [
        f"{place.words}由{place.mark.decided_by}认定（{place.mark.why}）"
        for place in wanted
        if place.mark is not None and place.mark.decided_by
    ]
    if all(place.kind is BoxKind.SEAL for place in wanted):
        claim = f"{number} {what}处有红色圆形印章，印文未核对"
        return revised(passed("；".join((claim, *said)) + "。", observed="见红色圆形印章", **about), seen)
    if said:
        words = f"{number} {what}齐全，其中{'；'.join(said)}。"
        return revised(passed(words, observed="均已见到", **about), seen)
    return seen


def _refusal(step: Step, role: str) -> tuple[str, bool]:
    """Reason of a recorded refusal and whether a witness stands by it."""
    for refusal in step.facts.refusals:
        if refusal.role == role:
            return refusal.reason or "未写原因", bool(refusal.witness)
    return "", False


def on_records(
    chain: CaseHistory,
    role: str,
    kind: BoxKind,
    what: str,
    refusal_role: str = "",
    count: Callable[[Step], int] = lambda step: 1,
    select: Callable[[Document, PartyNames], tuple[Place, ...]] = places,
) -> Iterator[Outcome]:
    """Judge one role's boxes on every check and recheck record.

    Args:
        refusal_role: whose recorded refusal turns absent into `review`.
        count: how many boxes a visit needs.
        select: the boxes of a document that are judged.
    """
    for step in chain.inspections:
        needed = count(step)
        if needed == 0:
            continue
        document = chain.record(step)
        if document is None or not document.scans:
            due = chain.handover_due(step)
            say = waiting if chain.today < due else failed
            yield say(f"{step.name}记录尚未到达，{what}无从核对。", visit=step.id, due=due, expected=what)
            continue
        wanted = tuple(p for p in select(document, chain.index.names) if p.role == role and p.kind is kind)
        if len(wanted) < needed:
            yield failed(
                f"{document.form.number} 应有{what} {needed} 处，表上只有 {len(wanted)} 处，请重新签发。",
                visit=step.id,
                document=document.form.number,
                expected=f"{needed} 处",
                observed=f"{len(wanted)} 处",
                evidence=scans_of(document),
            )
            continue
        reason, witnessed = _refusal(step, refusal_role) if refusal_role else ("", False)
        found = judge_marks(document, wanted, what, reason if witnessed else "", visit=step.id)
        doubt = _contradiction(chain, step, role, wanted, found, reason, refusal_role)
        if doubt:
            found = revised(
                msgspec.structs.replace(found, kind=Kind.REVIEW, message=doubt, since=0, earlier=None),
                found.earlier if found.since else found,
            )
        yield found


def _contradiction(
    chain: CaseHistory,
    step: Step,
    role: str,
    wanted: tuple[Place, ...],
    found: Outcome,
    reason: str,
    refusal_role: str,
) -> str:
    """Why a person must look although the paper seems to settle it; empty when nothing contradicts."""
    number = found.document
    ours = chain.takers_part([step])
    if reason and found.kind is Kind.REVIEW:
        witnesses = {one.witness for one in step.facts.refusals if one.role == refusal_role}
        if witnesses & ours:
            return f"{number} 拒签的见证人{listed(sorted(witnesses & ours))}是本次检查人员，请由他人见证。"
        return f"{found.message.removesuffix('。')}；见证人：{listed(sorted(witnesses))}。"
    if found.kind is not Kind.PASS:
        return ""
    if reason:
        return f"{number} 登记了拒签（{reason}），表上却有签章，请核对哪一项属实。"
    if role == "principal" and step.facts.principal_present is False:
        return f"{step.name}登记主要负责人未到场，{number} 却有其签字，请核对。"
    if role == "escort" and step.facts.escort_present is False:
        return f"{step.name}登记陪同人员未到场，{number} 却有其签名，请核对。"
    return own_word(chain, step, number, wanted)


def own_word(chain: CaseHistory, step: Step, number: str, wanted: tuple[Place, ...]) -> str:
    """Which decision about a mark does not count: by somebody who was there, or without a reason."""
    ours = chain.takers_part([step])
    for place in wanted:
        mark = place.mark
        if mark is None or not mark.decided_by:
            continue
        if mark.decided_by in ours:
            return f"{number} {place.words}由参加该次检查的{mark.decided_by}认定，须由他人认定。"
        if not substantial(mark.why):
            return f"{number} {place.words}由{mark.decided_by}认定，理由“{mark.why}”没有实质内容。"
    return ""


@case_rule(
    "G06-expert-signatures",
    "参与检查的专家全部签名",
    rows="G06 S04",
    blocking=True,
    remedy="请缺签的专家补签后重新扫描该页。",
    unless="尚无检查或复查。",
)
def expert_signatures(chain: CaseHistory) -> Iterator[Outcome]:
    """As many expert signatures as experts on the roster, all present."""
    yield from on_records(
        chain, "expert", BoxKind.SIGNATURE, "专家签名", count=lambda step: max(1, len(step.facts.experts))
    )


@case_rule(
    "G06-escort-signature",
    "企业陪同检查人员签名",
    rows="G06 E04",
    blocking=True,
    remedy="请陪同人员补签后重新扫描该页；拒签的写明原因和见证人。",
    unless="尚无检查或复查。",
)
def escort_signature(chain: CaseHistory) -> Iterator[Outcome]:
    """The escorting safety manager signed the record."""
    yield from on_records(chain, "escort", BoxKind.SIGNATURE, "企业陪同人员签名", "escort")


@case_rule(
    "G06-enterprise-seal",
    "企业盖章",
    rows="G06",
    blocking=True,
    remedy="请企业补盖公章后用彩色重新扫描该页；拒盖的写明原因和见证人。",
    unless="尚无检查或复查。",
)
def enterprise_seal(chain: CaseHistory) -> Iterator[Outcome]:
    """The enterprise's seal stands on the record."""
    yield from on_records(chain, "enterprise", BoxKind.SEAL, "企业印章", "seal")


@case_rule(
    "E04-principal-signature",
    "企业主要负责人签字",
    rows="E04",
    blocking=True,
    remedy="请主要负责人补签后重新扫描该页；拒签的写明原因和见证人。",
    unless="尚无检查或复查。",
)
def principal_signature(chain: CaseHistory) -> Iterator[Outcome]:
    """The principal signed the record."""
    yield from on_records(chain, "principal", BoxKind.SIGNATURE, "企业主要负责人签字", "principal")


@case_rule(
    "E04-one-principal",
    "主要负责人只有一位",
    rows="E04",
    remedy="核对谁是主要负责人，更正登记后重新签发。",
    unless="尚无检查或复查记录。",
)
def one_principal(chain: CaseHistory) -> Iterator[Outcome]:
    """A record that asks two principals to sign names nobody responsible."""
    for step in chain.inspections:
        document = chain.record(step)
        if document is None:
            continue
        boxes = {
            p.box
            for p in places(document, chain.index.names)
            if p.role == "principal" and p.kind is BoxKind.SIGNATURE
        }
        about: dict[str, Any] = {
            "visit": step.id,
            "document": document.form.number,
            "expected": "1 处主要负责人签字",
            "observed": f"{len(boxes)} 处",
        }
        if len(boxes) > 1:
            yield unsure(f"{document.form.number} 列了 {len(boxes)} 位主要负责人，请核对。", **about)
        else:
            yield passed(f"{document.form.number} 主要负责人唯一。", **about)


@case_rule(
    "S05-supervisor-signature",
    "安全监管人员在记录上签名",
    rows="S05",
    parameters="supervisors_heavy",
    blocking=True,
    remedy="请会同检查的监管人员补签后重新扫描该页。",
    unless="本企业类别不要求监管人员会同。",
)
def supervisor_signature(chain: CaseHistory) -> Iterator[Outcome]:
    """At heavy classes the supervisor who came along signed."""
    if chain.enterprise is None or not chain.enterprise.heavy:
        return
    if chain.parameters.supervisors_heavy == 0:
        return
    needed = chain.parameters.supervisors_heavy
    yield from on_records(chain, "supervisor", BoxKind.SIGNATURE, "监管人员签名", count=lambda step: needed)


@case_rule(
    "G06-other-marks",
    "其余应有的签名、盖章、日期齐全",
    rows="G06 P07 P06",
    blocking=True,
    remedy="补齐该处后重新扫描该页。",
    unless="尚无扫描件到达。",
)
def other_marks(chain: CaseHistory) -> Iterator[Outcome]:
    """Every other box that the form declares required: urger, reviewer, seals on reports, dates."""
    for document, _due in chain.material:
        inspection = document.form.form in ("inspection-record", "recheck-record")
        wanted = tuple(
            place
            for place in places(document, chain.index.names)
            if place.page_here and not (inspection and (place.kind.value, place.role) in OWN_RULE)
        )
        if wanted:
            yield judge_marks(document, wanted, "其余签章")


RULES = (
    expert_signatures,
    escort_signature,
    enterprise_seal,
    principal_signature,
    one_principal,
    supervisor_signature,
    other_marks,
)
