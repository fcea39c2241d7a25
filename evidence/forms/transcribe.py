"""The electronic counterpart of a record that was filled in by hand on site, made from its entered facts.

It carries the same number, no codes of its own (a second page with the same codes would be a forgery of the
first), and says in its first line that it is a transcription. 附件六1(4): 纸质资料和相应的电子文档.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence.domain.case import in_force
from evidence.domain.document import Document, IssuedForm, Transcription
from evidence.domain.identifiers import Number, VisitId
from evidence.errors import UsageError
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import form_values
from evidence.forms.fill import fill, with_first_line
from evidence.forms.issuer import Issuer
from evidence.forms.source import IssueRequest, find_source
from evidence.forms.withdraw import valid_form
from evidence.language import _
from evidence.ledger.events import DocumentTranscribed
from evidence.ledger.view import View

REPORT = "rectification-report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """What was made."""

    transcription: Transcription
    new: bool
    """False when the same transcription was there already; nothing was journalled."""


def transcribe(number: Number, issuer: Issuer, *, actor: str, visit: VisitId | None = None) -> Transcribed:
    """Make a handwritten record's electronic document from today's facts, store and journal it.

    Args:
        number: the record.
        issuer: templates, ledger and stores.
        actor: account that asks for it.
        visit: which visit it records; needed only where a case knows several of its kind.

    Raises:
        UsageError: never issued, void, not issued blank, or its facts are not entered.
        InputError: a template or value that cannot be filled in.
    """
    view = issuer.ledger.view
    form = valid_form(view, number)
    if not form.blank:
        raise UsageError(
            _("{number} 不是空白文书，签发的 PDF 就是它的电子文档。").format(number=number),
            remedy=_("不必转录。"),
        )
    document = view.document(number)
    which, version = _facts(view, issuer, form, document, visit)
    data = with_first_line(_filled(issuer, form, which), _first_line(number, which, version))
    made = Transcription(
        number=number, sha256=issuer.originals.put_bytes(data, ".docx"), version=version, visit=which
    )
    if document is not None and document.transcription == made:
        return Transcribed(transcription=made, new=False)
    issuer.ledger.append(actor, DocumentTranscribed(transcription=made))
    return Transcribed(transcription=made, new=True)


def _filled(issuer: Issuer, form: IssuedForm, visit: VisitId | None) -> bytes:
    declared = issuer.catalogue.form(form.form)
    source = find_source(
        IssueRequest(form=declared.id, case=form.case, visit=visit, week=form.week),
        form=declared,
        folder=issuer.catalogue.folder / declared.id,
        view=issuer.ledger.view,
        originals=issuer.originals,
        settings=issuer.settings,
    )
    values = {**form_values(source, Marks(form=declared)), "编号": form.number}
    return fill(issuer.catalogue.docx(declared), values)


def _first_line(number: Number, visit: VisitId | None, version: int) -> str:
    facts = f"活动 {visit}" if visit else "整改报告"
    made = f"转录件：按登记的事实（{facts}，第 {version} 版）生成，与手写的 {number} 对应；"
    return made + "签章以手写原件的扫描件为准。"


def _facts(
    view: View, issuer: Issuer, form: IssuedForm, document: Document | None, wanted: VisitId | None
) -> tuple[VisitId | None, int]:
    """The visit that a record tells of, and the version of its facts."""
    case = form.case
    kind = issuer.catalogue.form(form.form).visit_kind
    if case is None or not (kind or form.form == REPORT):
        raise UsageError(
            _("{number} 不记录一次活动，不能转录。").format(number=form.number),
            remedy=_("请把填写好的电子文档放入收件夹。"),
        )
    if not kind:
        reports = view.reports(case)
        if not reports:
            raise _nothing_entered(form.number)
        return None, reports[-1].version
    visits = {one.id: one for one in in_force(view.visits(case)) if one.kind == kind}
    earlier = document.transcription.visit if document and document.transcription else None
    chosen = wanted or form.visit or earlier
    if chosen is None and len(visits) == 1:
        chosen = next(iter(visits))
    if not visits:
        raise _nothing_entered(form.number)
    if chosen not in visits:
        raise UsageError(
            _("{number} 记录的是哪一次活动不明确。").format(number=form.number),
            remedy=_("请用 --visit 写明：{visits}").format(visits="、".join(visits)),
        )
    return chosen, visits[chosen].version


def _nothing_entered(number: Number) -> UsageError:
    return UsageError(
        _("{number} 的内容还没有录入，无从转录。").format(number=number),
        remedy=_("请先对照收回的记录录入：evidence visit add 案件 登记表，或在工作台“录入”。"),
    )
