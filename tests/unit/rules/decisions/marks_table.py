"""Marks on paper, and footage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from evidence.domain.case import Refusal
from evidence.domain.document import MarkVerdict, ScannedPage
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import VisitId
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    JC,
    V1,
    V2,
    V3,
    ZG,
    C,
    K,
    chain,
    lost,
    no_footage,
    no_paper,
    visit,
)
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, of, rows

H = w.HEAVY
HJC = f"{H}-JC-001"
ABSENT, UNDECIDED = MarkVerdict.ABSENT, MarkVerdict.UNDECIDED


def mark(box: str, verdict: MarkVerdict, number: str = JC) -> Bend:
    return lambda facts: w.with_mark(facts, number, box, verdict)


def footage(**changes: object) -> Bend:
    return lambda facts: w.on_recordings(facts, V1, **changes)


THERE = w.closed_case().visits[0].experts[0]
"""An inspector of the first visit."""


def waiting_film(visit: str) -> Bend:
    """A film in the inbox that may show a visit."""
    assigned = w.footage(w.closed_case().visits[0])
    film = replace(assigned, visit=None, assigned_by="", suggestions=(VisitId(visit),))
    return lambda facts: w.on_case(facts, C, lambda one: replace(one, unassigned=(*one.unassigned, film)))


def taken_film(visit: str) -> Bend:
    """The films of a visit went by hand to a visit of another case."""

    def bend(facts: Facts) -> Facts:
        def change(one: CaseFacts) -> CaseFacts:
            mine = [film for film in one.recordings if film.visit == visit]
            gone = (
                replace(f, visit=VisitId("WJB22-0009-V1"), assigned_by="P5", taken_from=VisitId(visit))
                for f in mine
            )
            kept = tuple(film for film in one.recordings if film.visit != visit)
            return replace(one, recordings=kept, films_taken=tuple(gone))

        return w.on_case(facts, C, change)

    return bend


def boxes(drop: str = "", extra: str = "") -> Bend:
    def bend(facts: Facts) -> Facts:
        def change(document):  # type: ignore[no-untyped-def]
            kept = tuple(box for box in document.form.required_boxes if not drop or drop not in box)
            return replace(
                document, form=replace(document.form, required_boxes=(*kept, *((extra,) if extra else ())))
            )

        return w.on_document(facts, JC, change)

    return bend


def refused(role: str, witness: str) -> Bend:
    return visit(V1, refusals=(Refusal(role=role, reason="不认可", witness=witness),))


def unpaged(number: str) -> Bend:
    """No scan at all, before the handover day."""
    return no_paper(number)


def said_by(who: str, why: str) -> Bend:
    """Somebody decided that the principal's signature is there."""

    def decided(scan: ScannedPage) -> ScannedPage:
        return replace(
            scan,
            marks=tuple(
                replace(one, decided_by=who, why=why) if one.box == "principal" else one for one in scan.marks
            ),
        )

    return pages_of(JC, decided)


def pages_of(number: str, change: Callable[[ScannedPage], ScannedPage]) -> Bend:
    return lambda facts: w.on_document(
        facts, number, lambda d: replace(d, scans=tuple(change(scan) for scan in d.scans))
    )


REFUSED = Refusal(role="principal", reason="不认可", witness="见证人甲")
LENGTH = int(timedelta(minutes=92).total_seconds() * 1000)


def role_rows(rule: str, box: str, role: str, drop: str) -> list[Row]:
    """The four situations every role on an inspection record shares."""
    refusal = {"escort": "escort", "principal": "principal", "enterprise": "seal"}.get(role)
    entries: list[tuple[object, ...]] = [
        ("met", PASS),
        ("broken", FAIL, mark(box, ABSENT)),
        ("broken", FAIL, boxes(drop=drop)),
        ("broken", FAIL, lost(JC, 2)),
        ("boundary", OPEN, unpaged(f"{K}-JC-001"), of(K, **at("2022-03-31"))),
        ("boundary", FAIL, unpaged(f"{K}-JC-001"), of(K, **at("2022-04-01"))),
        ("undecidable", REVIEW, mark(box, UNDECIDED)),
    ]
    if refusal:
        entries += [
            ("undecidable", REVIEW, chain(mark(box, ABSENT), refused(refusal, "见证人甲"))),
            ("broken", FAIL, chain(mark(box, ABSENT), refused(refusal, ""))),
        ]
    return rows(rule, *entries)


TABLE: list[Row] = [
    *role_rows("G06-expert-signatures", "expert-1", "expert", ":expert"),
    *rows("G06-expert-signatures", ("boundary", FAIL, visit(V1, experts=("P2", "P3")))),
    *role_rows("G06-escort-signature", "escort", "escort", ":escort"),
    *role_rows("G06-enterprise-seal", "enterprise-seal", "enterprise", ":enterprise"),
    *role_rows("E04-principal-signature", "principal", "principal", ":principal"),
    *rows(
        "E04-principal-signature",
        ("undecidable", REVIEW, visit(V1, principal_present=False)),
        ("undecidable", REVIEW, visit(V1, refusals=(REFUSED,))),
        ("undecidable", REVIEW, said_by("P2", "核对原件后确认已签")),
        ("undecidable", REVIEW, said_by("陆文静", ".")),
        ("met", PASS, said_by("陆文静", "核对原件后确认已签")),
        (
            "undecidable",
            REVIEW,
            chain(mark("principal", ABSENT), visit(V1, refusals=(replace(REFUSED, witness="P2"),))),
        ),
    ),
    *rows(
        "E04-one-principal",
        ("met", PASS),
        ("boundary", PASS, boxes(extra="2:principal:signature:principal")),
        ("undecidable", REVIEW, boxes(extra="2:principal-2:signature:principal")),
    ),
    *rows(
        "S05-supervisor-signature",
        ("met", PASS, of(H)),
        ("broken", FAIL, mark("supervisor-1", ABSENT, HJC), of(H)),
        ("boundary", NONE),
        ("undecidable", REVIEW, mark("supervisor-1", UNDECIDED, HJC), of(H)),
    ),
    *rows(
        "G06-other-marks",
        ("met", PASS),
        ("broken", FAIL, mark("reviewer", ABSENT, ZG)),
        ("undecidable", REVIEW, mark("reviewer", UNDECIDED, ZG)),
    ),
    *rows(
        "V01-video-and-audio",
        ("met", PASS),
        ("broken", FAIL, footage(audio=False)),
        ("broken", FAIL, footage(video=False)),
        ("broken", FAIL, no_footage),
        ("boundary", OPEN, no_footage, at("2022-03-17")),
        ("boundary", FAIL, no_footage, at("2022-03-18")),
        ("undecidable", REVIEW, footage(audio=None)),
    ),
    *rows(
        "V02-whole-visit",
        ("met", PASS),
        ("broken", FAIL, no_footage),
        ("broken", FAIL, footage(started_at=w.instant(w.CHECK_DAY, 9, 12))),
        ("boundary", PASS, footage(started_at=w.instant(w.CHECK_DAY, 9, 1), duration_ms=LENGTH)),
        ("boundary", FAIL, footage(started_at=w.instant(w.CHECK_DAY, 9, 2), duration_ms=LENGTH)),
        ("undecidable", REVIEW, visit(V1, left_at=None)),
        ("undecidable", REVIEW, footage(started_at=None)),
        ("undecidable", REVIEW, chain(visit(V2, channel=None))),
        ("undecidable", REVIEW, chain(no_footage, waiting_film(V1), waiting_film(V3))),
        ("broken", FAIL, chain(no_footage, waiting_film("WJB22-0009-V1"))),
        ("broken", FAIL, taken_film(V1)),
    ),
    *rows(
        "V02-sound-footage",
        ("met", PASS),
        ("met", PASS, footage(assigned_by="P5", assigned_why="设备编号未设置")),
        ("undecidable", REVIEW, footage(assigned_by="P5", assigned_why="设备编号未设置", taken_from=V3)),
        ("undecidable", REVIEW, footage(assigned_by="P5", started_at=w.instant("2022-02-22", 9))),
        ("undecidable", REVIEW, footage(assigned_by="P5", assigned_why="。。。。")),
        ("undecidable", REVIEW, footage(assigned_by=THERE, assigned_why="设备编号未设置")),
        (
            "boundary",
            PASS,
            footage(
                assigned_by="P5",
                assigned_why="设备编号未设置",
                started_at=w.instant(w.CHECK_DAY, 9),
                duration_ms=1000,
            ),
        ),
        ("undecidable", REVIEW, footage(doubts=("长时间黑屏",))),
        ("undecidable", REVIEW, footage(truncated=True)),
    ),
    *rows(
        "V01-known-recorder",
        ("met", PASS),
        ("broken", FAIL, footage(device="ZZ99999")),
        ("boundary", PASS, lambda f: replace(f, devices=(replace(f.devices[0], from_date=w.CHECK_DAY),))),
        (
            "boundary",
            FAIL,
            lambda f: replace(f, devices=(replace(f.devices[0], from_date=date(2022, 3, 15)),)),
        ),
        ("undecidable", REVIEW, footage(device="")),
    ),
]
