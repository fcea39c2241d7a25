"""Records that came back before anybody entered their facts, and places judged on the paper itself."""

from __future__ import annotations

from dataclasses import replace

from evidence.domain.document import BoxKind, Mark, MarkVerdict, Material, Transcription
from evidence.domain.facts import Facts
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.domain.virus_scan import FileScan, ScanResult
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    DD,
    FC,
    JC,
    V1,
    V2,
    V3,
    ZG,
    chain,
    form,
    lost,
    no_paper,
    paper,
    visit,
    without_reports,
)
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, of, rows, same

H = w.HEAVY
HJC = f"{H}-JC-001"


def unsigned(number: str, box: str) -> Bend:
    return lambda facts: w.with_mark(facts, number, box, MarkVerdict.ABSENT)


def untyped(*visits: str) -> Bend:
    """Nobody entered these visits; their paper and their film are there."""

    def bend(facts: Facts) -> Facts:
        return w.on_case(
            facts,
            visits[0][:10],
            lambda one: replace(one, visits=tuple(v for v in one.visits if v.id not in visits)),
        )

    return bend


def blank(number: str) -> Bend:
    """Issued blank and filled in by hand: nothing of it names a visit."""
    return form(number, blank=True, visit=None, visit_version=None)


def scanned_bytes(sha256: str, result: ScanResult) -> Bend:
    """A scanner was asked about these bytes."""
    row = FileScan(arrival=ArrivalId("A-20220314-0001"), sha256=Sha256(sha256), result=result)
    return lambda facts: w.on_case(facts, w.CLOSED, lambda c: replace(c, virus_scans=(*c.virus_scans, row)))


def scanned(*results: ScanResult) -> Bend:
    """A scanner was asked about the record, the film and no more, in that order."""

    def bend(facts: Facts) -> Facts:
        case = next(one for one in facts.cases if one.case.id == w.CLOSED)
        record = next(one for one in case.documents if one.form.number == JC)
        files = (record.scans[0].sha256, case.recordings[0].sha256)
        for sha256, result in zip(files, results, strict=False):
            facts = scanned_bytes(sha256, result)(facts)
        return facts

    return bend


LETTER = w.digest("letter")


def with_material(facts: Facts) -> Facts:
    """A letter that a person filed with the case."""
    material = Material(
        arrival="A-20220314-0009",
        sha256=LETTER,
        name="函.pdf",
        media_type="application/pdf",
        bytes=1,
        received_at=w.FRIDAY,
    )
    return w.on_case(facts, w.CLOSED, lambda case: replace(case, materials=(material,)))


def scanned_material(result: ScanResult) -> Bend:
    return scanned_bytes(LETTER, result)


def written(number: str, verdict: MarkVerdict) -> Bend:
    """A free line for a second expert, with what was seen on it."""
    mark = Mark(
        box="expert-2",
        kind=BoxKind.SIGNATURE,
        role="expert",
        page=2,
        required=False,
        verdict=verdict,
        score=500,
    )

    def bend(facts: Facts) -> Facts:
        return w.on_document(
            facts,
            number,
            lambda d: replace(
                d,
                scans=tuple(
                    replace(scan, marks=(*scan.marks, mark)) if scan.page == 2 else scan for scan in d.scans
                ),
            ),
        )

    return bend


def transcribed(number: str, version: int = 1) -> Bend:
    made = Transcription(number=Number(number), sha256=w.digest("typed"), version=version)
    return paper(number, edocuments=(made.sha256,), transcriptions=(made,))


def without_film(facts: Facts) -> Facts:
    """The check left no film either."""
    return w.on_case(
        facts,
        w.CLOSED,
        lambda one: replace(one, recordings=tuple(r for r in one.recordings if r.visit != V1)),
    )


LOST_VISIT = untyped(V1)
"""The check was never entered; its record, issued blank, is back."""
HAND = chain(blank(JC), LOST_VISIT)
DOCX = w.digest(f"docx {JC}")

TABLE: list[Row] = [
    *rows(
        "G08-facts-entered",
        ("met", PASS),
        ("broken", FAIL, HAND),
        ("broken", FAIL, LOST_VISIT),
        ("broken", FAIL, chain(blank(DD), untyped(V2))),
        ("broken", FAIL, chain(blank(FC), untyped(V3))),
        ("broken", FAIL, without_reports),
        # a number issued for a visit that is gone must be void before the case is in order
        ("broken", FAIL, chain(paper(JC, scans=()), LOST_VISIT)),
        ("boundary", FAIL, chain(no_paper(JC), LOST_VISIT)),  # its film is still there
        # printed blank, neither back nor void: until the handover open, then somebody must say
        ("boundary", OPEN, chain(HAND, paper(JC, scans=()), without_film), at("2022-03-17")),
        ("undecidable", REVIEW, chain(HAND, paper(JC, scans=()), without_film), at("2022-03-18")),
        ("boundary", NONE, chain(*(no_paper(one) for one in (JC, DD, ZG, FC)))),
    ),
    *[
        row
        for rule in (
            "P01-facts-complete",
            "P02-hazard-deadlines",
            "C04-hazard-basis",
            "G03-briefed",
            "K01-items",
            "K05-major-criterion",
            "D02-major-reported",
            "P11-recheck-window",
            "P01-inspection-record",
            "G08-current-version",
            "T08-integrity",
            "S03-ordinary-staffing",
        )
        for row in rows(rule, ("undecidable", REVIEW, HAND))
    ],
    *rows("S04-heavy-staffing", ("undecidable", REVIEW, chain(blank(HJC), untyped(f"{H}-V1")), of(H))),
    *rows("S05-supervisor", ("undecidable", REVIEW, chain(blank(HJC), untyped(f"{H}-V1")), of(H))),
    *rows("S05-supervisor", ("boundary", NONE, HAND)),
    *rows("K02-deep-inspection", ("boundary", NONE, HAND)),
    *rows(
        "G06-expert-signatures",
        ("met", PASS, HAND),
        ("broken", FAIL, chain(HAND, unsigned(JC, "expert-1"))),
        ("broken", FAIL, chain(HAND, lost(JC, 2))),
        ("boundary", PASS, written(JC, MarkVerdict.PRESENT)),
        ("boundary", PASS, written(JC, MarkVerdict.ABSENT)),
        ("undecidable", REVIEW, written(JC, MarkVerdict.UNDECIDED)),
        ("undecidable", REVIEW, chain(HAND, written(JC, MarkVerdict.UNDECIDED))),
        # two experts came, the second wrote on the free line
        (
            "boundary",
            PASS,
            chain(visit(V1, experts=("P2", "P3")), written(JC, MarkVerdict.PRESENT)),
        ),
    ),
    *rows("G06-escort-signature", ("broken", FAIL, chain(HAND, unsigned(JC, "escort")))),
    *rows("G06-enterprise-seal", ("broken", FAIL, chain(HAND, unsigned(JC, "enterprise-seal")))),
    *rows("E04-principal-signature", ("broken", FAIL, chain(HAND, unsigned(JC, "principal")))),
    *rows("V02-whole-visit", ("broken", FAIL, HAND), ("undecidable", REVIEW, chain(blank(DD), untyped(V2)))),
    *rows("V01-video-and-audio", ("broken", FAIL, HAND)),
    *rows("G08-pages", ("broken", FAIL, chain(HAND, lost(JC, 1)))),
    *rows(
        "G08-edocument",
        ("met", PASS, chain(blank(JC), transcribed(JC))),
        ("broken", FAIL, chain(blank(JC), paper(JC, edocuments=(DOCX,)))),
        ("broken", FAIL, chain(HAND, paper(JC, edocuments=(DOCX,)))),
        ("boundary", PASS, chain(blank(JC), paper(JC, edocuments=(DOCX, w.digest("typed"))))),
        ("undecidable", REVIEW, chain(visit(V1, version=2), blank(JC), transcribed(JC, 1))),
    ),
    *rows(
        "T07-virus-scan",
        ("met", PASS, scanned(ScanResult.CLEAN)),
        ("undecidable", REVIEW, scanned(ScanResult.UNAVAILABLE)),
        ("undecidable", REVIEW, scanned(ScanResult.NOT_SCANNED)),
        ("undecidable", REVIEW, scanned(ScanResult.CLEAN, ScanResult.UNAVAILABLE)),
        ("undecidable", REVIEW, chain(with_material, scanned_material(ScanResult.UNAVAILABLE))),
        (
            "undecidable",
            REVIEW,
            chain(paper(JC, edocuments=(DOCX,)), scanned_bytes(DOCX, ScanResult.NOT_SCANNED)),
        ),
        ("boundary", NONE, same),
    ),
]
"""Rows of the judgement on the paper itself; beside the older tables, whose rows stay where they were."""
