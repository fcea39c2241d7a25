"""What the clerk reads about several scans of one page."""

from dataclasses import replace

from evidence.domain.document import BoxKind, Document, IssuedForm, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.inbox import words

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED
SIGNED = Mark(
    box="escort",
    kind=BoxKind.SIGNATURE,
    role="escort",
    page=2,
    required=True,
    verdict=PRESENT,
    score=900,
)


def page(verdict, **further):
    return ScannedPage(
        number=Number("WJB22-0001-JC-001"),
        page=2,
        arrival="A-1",
        sha256=Sha256("0" * 64),
        index=0,
        quality=500,
        marks=(replace(SIGNED, verdict=verdict, **further),),
    )


def document(verdict):
    form = IssuedForm.__new__(IssuedForm)
    return Document(form=form, scans=(page(verdict),))


def test_a_note_names_its_page_once():
    assert words.on_page(2, "第2页有盖章处。") == "第2页有盖章处。"
    assert words.on_page(2, "有盖章处。") == "第2页有盖章处。"


def test_copies_of_a_page_in_one_file_speak_together():
    sentences = words.mark_sentences(words.together([page(ABSENT), page(UNDECIDED), page(ABSENT)]))
    assert sentences == ["第2页未见陪同人员签名，请补签后重新扫描该页。"]
    (asked,) = words.mark_sentences(words.together([page(ABSENT), page(PRESENT)]))
    assert "判断不一" in asked
    assert words.mark_sentences(words.together([page(UNDECIDED), page(PRESENT)])) == []


def test_what_changed_is_said():
    since = (Sha256("p"),)
    (said,) = words.changes([page(PRESENT, new_since=since)], document(ABSENT))
    assert said == "与先前的扫描相比，第2页陪同人员签名由“未见”变为“已见”。"
    (said,) = words.changes([page(ABSENT)], document(PRESENT))
    assert "两次不一，请看图确认" in said
    assert words.changes([page(ABSENT)], document(ABSENT)) == []


def test_a_dispute_is_not_called_a_missing_signature():
    (asked,) = words.mark_sentences(words.held_against([page(ABSENT).marks[0]], document(PRESENT)))
    assert "待认定（各次扫描判断不一）" in asked
