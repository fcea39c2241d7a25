"""Which paper stands beside the form: the one that came back by hand and was not entered yet."""

from __future__ import annotations

from dataclasses import replace

from evidence.domain.document import Document, Transcription
from evidence.domain.identifiers import Sha256
from evidence.web.entry_paper import chosen_paper
from tests.support import sample


def _paper(*, blank: bool) -> Document:
    found = next(each for facts in sample.week_facts().cases for each in facts.documents if each.scans)
    return replace(found, form=replace(found.form, blank=blank), transcriptions=())


def test_a_paper_filled_in_by_hand_waits_until_it_is_transcribed() -> None:
    printed, written = _paper(blank=False), _paper(blank=True)
    assert written.form.visit is not None
    assert chosen_paper([printed, written], "") is written
    made = Transcription(number=written.form.number, sha256=Sha256("0" * 64), version=1)
    assert chosen_paper([printed, replace(written, transcriptions=(made,))], "") is None


def test_a_paper_is_chosen_by_its_number() -> None:
    printed = _paper(blank=False)
    assert chosen_paper([printed], printed.form.number.lower()) is printed
    assert chosen_paper([printed], "WJB22-9999-JC-001") is None
