"""Electronic counterparts: Word, Excel and born-digital PDF files that name one of our documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.document import Document
from evidence.domain.identifiers import ArrivalId, Number, Sha256, expand, number_case
from evidence.inbox.counterparts import IssuedText, not_filled_in, unfilled
from evidence.inbox.identify import quarantined
from evidence.ledger.arrival_events import ArrivalJudged, Suggestion, UnlinkedPage
from evidence.ledger.view import View

_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{3}\d{2}-?\d{4}-?[A-Z]{2}-?\d{3}(?!\d)")


def numbers_in(text: str) -> tuple[Number, ...]:
    """Form numbers in a text, each once, in order; full-width digits and dashes are understood."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = re.sub("[‐-―−]", "-", plain)
    found = (expand(match) for match in _NUMBER.findall(plain))
    return tuple(dict.fromkeys(number for number in found if number is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an electronic file says about itself."""

    name: str
    """Path under which it arrived."""
    text: str


def judge_edocument(
    arrival: ArrivalId,
    sha256: Sha256,
    claim: Claim,
    view: View,
    titles: Mapping[str, str],
    issued_text: IssuedText = lambda _number: (),
) -> ArrivalJudged:
    """Which document it belongs to.

    Certain: our own file byte for byte; one issued number in the file name; or the only issued number in
    the text together with that form's title. A number alone is not enough, since a rectification report
    quotes the number of its check.

    Args:
        arrival: the arrival.
        sha256: its digest.
        claim: name and text.
        view: the ledger.
        titles: form id -> Chinese title.
        issued_text: what a form says as issued, to know a file that nobody filled in.
    """
    in_name = _issued(numbers_in(claim.name.rpartition("/")[2]), view)
    in_text = _issued(numbers_in(claim.text), view)
    own = next((each for each in (*in_name, *in_text) if sha256 in {each.form.pdf, each.form.docx}), None)
    certain = own
    if certain is None and len(in_name) == 1:
        certain = in_name[0]
    if certain is None and not in_name and len(in_text) == 1:
        title = titles.get(in_text[0].form.form, "")
        certain = in_text[0] if title and title in _head(claim.text) else None
    if certain is not None and certain.form.voided_why:
        return quarantined(arrival, Reason.VOID_FORM, certain.form.number)
    if certain is not None and unfilled(certain, sha256, claim.text, issued_text):
        return not_filled_in(arrival, certain.form.number)
    if certain is not None:
        number = certain.form.number
        what = "与签发件完全相同的电子文件" if own is not None else "电子文件"
        return ArrivalJudged(
            arrival=arrival,
            outcome=ArrivalOutcome.LINKED,
            message=f"{what}，已归入 {number}。",
            edocument_of=number,
            case=certain.form.case or number_case(number),
        )
    likely = likely_documents(claim, (*in_name, *in_text), view, titles)
    return unidentified_edocument(arrival, likely)


def unidentified_edocument(arrival: ArrivalId, likely: Sequence[Suggestion]) -> ArrivalJudged:
    """It waits for the clerk, with what is likely."""
    message = (
        f"电子文件没有写明唯一的文书编号，可能属于 {likely[0].number}，请确认。"
        if likely
        else "电子文件里没有本项目的文书编号和企业名称。属于本项目的，请指定文书或案件；否则请退回。"
    )
    unlinked = (UnlinkedPage(index=0, reason=Reason.NO_CODE, suggestions=tuple(likely)),) if likely else ()
    return ArrivalJudged(
        arrival=arrival, outcome=ArrivalOutcome.UNIDENTIFIED, message=message, unlinked=unlinked
    )


def likely_documents(
    claim: Claim, mentioned: Iterable[Document], view: View, titles: Mapping[str, str]
) -> tuple[Suggestion, ...]:
    """Documents a file may belong to, best first: by number mentioned, by exact name and form title."""
    scores: dict[Number, tuple[int, str]] = {}
    words = unicodedata.normalize("NFKC", claim.name + "\n" + claim.text)
    for document in mentioned:
        title = titles.get(document.form.form, "")
        fits = bool(title) and title in words
        scores[document.form.number] = (
            800 if fits else 500,
            "文中写有该编号" + ("和文书名称" if fits else ""),
        )
    for enterprise in view.enterprises():
        if unicodedata.normalize("NFKC", enterprise.name) not in words:
            continue
        for case in view.cases(enterprise.id):
            for document in view.documents(case.id):
                title = titles.get(document.form.form, "")
                if document.form.voided_why or not title or title not in words:
                    continue
                known = scores.get(document.form.number, (0, ""))
                scores[document.form.number] = max(known, (600, f"企业名称与“{title}”相符"))
    ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(
        Suggestion(number=number, page=1, score=score, why=why) for number, (score, why) in ranked[:5]
    )


def _issued(numbers: Iterable[Number], view: View) -> list[Document]:
    found = (view.document(number) for number in numbers)
    return [document for document in found if document is not None]


def _head(text: str) -> str:
    return unicodedata.normalize("NFKC", text)[:2000]
