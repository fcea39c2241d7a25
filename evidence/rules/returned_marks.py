"""Marks, pages and electronic counterparts of whatever came back, judged on the document itself.

附件六1(4): every required place of every page that was scanned counts from its arrival on. A place that the
form leaves free (a second expert's line) counts once it holds ink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from evidence.contracts.text import PartyNames
from evidence.domain.document import BoxKind, Document, MarkVerdict
from evidence.rules import records, signatures
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Kind
from evidence.rules.outcomes import failed, passed, unsure
from evidence.rules.page_identity import identity_of, page_identity
from evidence.rules.rule import CaseRule, Outcome
from evidence.rules.signatures import OWN_RULE, Place, judge_marks, on_records, own_word, places
from evidence.rules.steps import Step

INSPECTIONS = ("inspection-record", "recheck-record")
MARKED = (BoxKind.SIGNATURE, BoxKind.SEAL)


def judged_places(document: Document, names: PartyNames) -> tuple[Place, ...]:
    """Every required box, and each free place for a name or seal that holds ink or may hold some."""
    needed = places(document, names)
    known = {(place.page, place.box) for place in needed}
    inked = tuple(
        Place(mark.page, mark.box, mark.kind, mark.role, mark, page_here=True, names=names)
        for mark in document.marks
        if not mark.required
        and (mark.page, mark.box) not in known
        and mark.kind in MARKED
        and mark.verdict is not MarkVerdict.ABSENT
    )
    return (*needed, *inked)


@dataclass(frozen=True, slots=True)
class _Signer:
    """Whose boxes one rule of check and recheck records looks at."""

    rule: CaseRule
    role: str
    kind: BoxKind
    what: str
    refusal: str = ""
    count: Callable[[CaseHistory, Step], int] = lambda _chain, _step: 1
    applies: Callable[[CaseHistory], bool] = lambda _chain: True

    def judge(self, chain: CaseHistory) -> Iterator[Outcome]:
        """The boxes on the record of every visit entered, then those of records whose visit is not."""
        if not self.applies(chain):
            return
        yield from on_records(
            chain,
            self.role,
            self.kind,
            self.what,
            self.refusal,
            lambda step: self.count(chain, step),
            judged_places,
        )
        for document in chain.unentered:
            if document.form.form in INSPECTIONS:
                yield self._on_paper(document, chain.index.names)

    def _on_paper(self, document: Document, names: PartyNames) -> Outcome:
        wanted = tuple(
            p for p in judged_places(document, names) if (p.role, p.kind) == (self.role, self.kind)
        )
        number = document.form.number
        if not wanted:
            return unsure(f"{number} 表上没有{self.what}处，内容未录入，无从核对。", document=number)
        return judge_marks(document, wanted, self.what)


def _supervised(chain: CaseHistory) -> bool:
    heavy = chain.enterprise is not None and chain.enterprise.heavy
    return heavy and chain.parameters.supervisors_heavy > 0


_SIGNERS = (
    _Signer(
        signatures.expert_signatures,
        "expert",
        BoxKind.SIGNATURE,
        "专家签名",
        count=lambda _chain, step: max(1, len(step.facts.experts)),
    ),
    _Signer(signatures.escort_signature, "escort", BoxKind.SIGNATURE, "企业陪同人员签名", "escort"),
    _Signer(signatures.enterprise_seal, "enterprise", BoxKind.SEAL, "企业印章", "seal"),
    _Signer(
        signatures.principal_signature, "principal", BoxKind.SIGNATURE, "企业主要负责人签字", "principal"
    ),
    _Signer(
        signatures.supervisor_signature,
        "supervisor",
        BoxKind.SIGNATURE,
        "监管人员签名",
        count=lambda chain, _step: chain.parameters.supervisors_heavy,
        applies=_supervised,
    ),
)


def _other_marks(chain: CaseHistory) -> Iterator[Outcome]:
    """Every place that no other rule looks at, on every document that came back."""
    in_force = {document.form.number for step in chain.inspections if (document := chain.record(step))}
    steps = {held.form.number: step for step in chain.visits if (held := chain.record(step))}
    in_force |= {document.form.number for document in chain.unentered}
    own = set(OWN_RULE) if _supervised(chain) else OWN_RULE - {("signature", "supervisor")}
    for document, about in _returned(chain):
        form = document.form
        elsewhere = own if form.form in INSPECTIONS and form.number in in_force else set()
        wanted = tuple(
            place
            for place in judged_places(document, chain.index.names)
            if place.page_here and (place.kind.value, place.role) not in elsewhere
        )
        if wanted:
            found = judge_marks(document, wanted, "其余签章", **about)
            step = steps.get(form.number)
            doubt = own_word(chain, step, form.number, wanted) if step and found.kind is Kind.PASS else ""
            yield msgspec.structs.replace(found, kind=Kind.REVIEW, message=doubt) if doubt else found


def _returned(chain: CaseHistory) -> Iterator[tuple[Document, dict[str, Any]]]:
    """Every document with a scan; what is no part of the handover is stated and never blocks."""
    material = {document.form.number for document, _due in chain.material}
    for document in chain.documents:
        if document.scans:
            yield document, {"blocking": document.form.number in material}


def _also_beside(
    rule: CaseRule, judged: Callable[[Document, dict[str, Any]], Outcome]
) -> Callable[[CaseHistory], Iterable[Outcome]]:
    """A rule of the handed-over records that also looks at whatever else came back."""

    def judge(chain: CaseHistory) -> Iterator[Outcome]:
        yield from rule.judge(chain)
        for document, about in _returned(chain):
            if not about["blocking"]:
                yield judged(document, about)

    judge.__doc__ = rule.judge.__doc__
    return judge


def _pages(chain: CaseHistory) -> Iterator[Outcome]:
    """No page of anything that has begun to arrive is missing."""
    yield from records.pages.judge(chain)
    for document, about in _returned(chain):
        if not about["blocking"]:
            yield records.pages_of(document, chain.index.handover_due(chain.today), **about)


def _edocument(chain: CaseHistory) -> Iterator[Outcome]:
    """A record filled in by hand needs a counterpart that says what the paper says."""
    versions = {step.id: step.facts.version for step in chain.visits}
    stands_for = {document.form.number: step.id for step in chain.visits if (document := chain.record(step))}
    for document, due in chain.material:
        number = document.form.number
        about: dict[str, Any] = {"expected": "一份纸质对应一份电子文档", "document": number}
        if not document.form.blank:
            yield passed(f"{number} 有对应电子文档（签发的 PDF）。", observed="对应", **about)
            continue
        own = {document.form.docx, document.form.pdf, *(one.sha256 for one in document.transcriptions)}
        handed_in = [one for one in document.edocuments if one not in own]
        typed = document.transcription
        if handed_in:
            yield passed(f"{number} 有对应电子文档（另交 {len(handed_in)} 份）。", observed="对应", **about)
        elif typed is None:
            yield failed(
                f"{number} 为现场手写的空白表，尚无录入后的电子文档。",
                observed="未填写的签发件不算电子文档" if document.edocuments else "无电子文档",
                due=due,
                **about,
            )
        elif typed.version < versions.get(stands_for.get(number, ""), typed.version):
            yield unsure(f"{number} 的转录件早于最近一次更正，请重新生成。", observed="转录件已过时", **about)
        else:
            yield passed(f"{number} 有按登记内容生成的转录件。", observed="转录件", **about)


_REVISED: dict[str, Callable[[CaseHistory], Iterable[Outcome]]] = {
    **{signer.rule.id: signer.judge for signer in _SIGNERS},
    signatures.other_marks.id: _other_marks,
    records.pages.id: _pages,
    page_identity.id: _also_beside(page_identity, lambda document, about: identity_of(document, **about)),
    records.alterations.id: _also_beside(
        records.alterations, lambda document, about: records.alterations_of(document, (), **about)
    ),
    records.edocument.id: _edocument,
}


def on_the_document(rule: CaseRule) -> CaseRule:
    """The rule as it judges marks, pages and counterparts on the document itself."""
    judge = _REVISED.get(rule.id)
    if judge is None:
        return rule
    remedy = TRANSCRIBE if rule.id == records.edocument.id else rule.remedy
    return replace(rule, judge=judge, revision=rule.revision + 1, remedy=remedy)


TRANSCRIBE = (
    "录入该次活动后生成转录件（evidence transcribe 编号，或工作台“生成转录件”），或补交填写好的电子文档。"
)
