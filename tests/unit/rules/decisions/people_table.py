"""Who was there, and who may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.parties import EnterpriseClass, Role
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    V1,
    chain,
    empty,
    entry,
    firm,
    person,
    visit,
)
from tests.unit.rules.decisions.table import FAIL, NONE, PASS, REVIEW, Row, of, rows

H = w.HEAVY
H1 = f"{H}-V1"
HJC = f"{H}-JC-001"
EXTERNAL = person("P2", role=Role.EXTERNAL_EXPERT)


TABLE: list[Row] = [
    *rows(
        "S03-known-enterprise",
        ("met", PASS),
        ("broken", FAIL, lambda f: replace(f, enterprises=f.enterprises[1:])),
        ("undecidable", REVIEW, firm(0, classes=())),
    ),
    *rows(
        "S03-known-people",
        ("met", PASS),
        ("broken", FAIL, visit(V1, experts=("P2", "P99"))),
        ("broken", FAIL, visit(V1, experts=("G1",))),
    ),
    *rows(
        "S03-ordinary-staffing",
        ("met", PASS),
        ("broken", FAIL, visit(V1, experts=())),
        ("broken", FAIL, person("P2", qualified=False)),
        ("boundary", PASS, visit(V1, experts=("P2", "P2"))),
        ("undecidable", REVIEW, person("P2", qualified=None)),
        ("broken", FAIL, visit(V1, experts=("G1",))),
    ),
    *rows(
        "S04-heavy-staffing",
        ("met", PASS, of(H)),
        ("broken", FAIL, visit(H1, experts=("P2",)), of(H)),
        ("boundary", FAIL, visit(H1, experts=("P2", "P2")), of(H)),
        ("boundary", NONE),
        ("undecidable", REVIEW, person("P3", qualified=None), of(H)),
        *(
            ("met", PASS, firm(2, classes=(kind,)), of(H))
            for kind in EnterpriseClass
            if kind.value[:4] != "规模以下"
        ),
    ),
    *rows(
        "S05-supervisor",
        ("met", PASS, of(H)),
        ("broken", FAIL, visit(H1, supervisors=()), of(H)),
        ("boundary", NONE),
        ("boundary", NONE, {"case": H, "parameters": replace(w.PARAMETERS, supervisors_heavy=0)}),
        ("undecidable", REVIEW, visit(H1, supervisors=("G9",)), of(H)),
    ),
    *rows(
        "S06-external-experts",
        ("met", PASS, chain(EXTERNAL, entry("expert-engagement", person="P2", on="2022-03-01"))),
        ("broken", FAIL, EXTERNAL),
        (
            "boundary",
            PASS,
            chain(
                EXTERNAL, entry("expert-engagement", person="P2", on="2022-03-01", valid_to=date(2022, 3, 31))
            ),
        ),
        (
            "boundary",
            FAIL,
            chain(
                EXTERNAL, entry("expert-engagement", person="P2", on="2022-03-01", valid_to=date(2022, 3, 30))
            ),
        ),
        (
            "undecidable",
            REVIEW,
            chain(
                EXTERNAL, person("P2", specialty=""), entry("expert-engagement", person="P2", on="2022-03-01")
            ),
        ),
    ),
    *rows(
        "T02-badge-valid",
        ("met", PASS),
        ("broken", FAIL, person("P2", badge="")),
        ("boundary", PASS, person("P2", badge_to=date(2022, 3, 31))),
        ("boundary", FAIL, person("P2", badge_to=date(2022, 3, 30))),
        ("undecidable", REVIEW, person("P2", badge_from=None)),
        ("undecidable", REVIEW, person("P2", badge_to=None)),
    ),
    *rows(
        "G01-replacement-consent",
        (
            "met",
            PASS,
            chain(
                person("P2", original_team=False), entry("replacement-consent", person="P2", on="2022-03-01")
            ),
        ),
        ("broken", FAIL, person("P2", original_team=False)),
        (
            "boundary",
            PASS,
            chain(
                person("P2", original_team=False), entry("replacement-consent", person="P2", on="2022-03-14")
            ),
        ),
        (
            "boundary",
            FAIL,
            chain(
                person("P2", original_team=False), entry("replacement-consent", person="P2", on="2022-03-15")
            ),
        ),
        (
            "undecidable",
            REVIEW,
            chain(
                person("P2", original_team=False),
                entry("replacement-consent", person="P2", on="2022-03-01", attachment=None),
            ),
        ),
    ),
    *rows(
        "T05-removed-stay-away",
        ("met", PASS),
        ("broken", FAIL, entry("staff-removal", person="P2", on="2022-03-01")),
        ("boundary", PASS, person("P2", active_to=date(2022, 3, 31))),
        ("boundary", FAIL, person("P2", active_to=date(2022, 3, 30))),
    ),
    *(
        row
        for rule, register in (
            ("G02-confidentiality", "confidentiality-undertaking"),
            ("T08-integrity", "integrity-undertaking"),
        )
        for row in rows(
            rule,
            ("met", PASS),
            ("broken", FAIL, empty(register)),
            ("boundary", PASS, chain(empty(register), entry(register, person="P2", on="2022-03-14"))),
            ("boundary", FAIL, chain(empty(register), entry(register, person="P2", on="2022-03-15"))),
            (
                "undecidable",
                REVIEW,
                chain(empty(register), entry(register, person="P2", on="2022-03-01", attachment=None)),
            ),
        )
    ),
    *rows(
        "G06-escort-signature",
        ("undecidable", REVIEW, visit(V1, escort_present=False)),
    ),
    *rows(
        "T09-no-conflict",
        ("met", PASS),
        (
            "undecidable",
            REVIEW,
            entry("conflict-declaration", person="P2", on="2022-03-01", data={"conflict": "亲属任职"}),
        ),
        ("undecidable", REVIEW, entry("conflict-declaration", person="P2", on="2022-03-01")),
        (
            "broken",
            FAIL,
            entry("conflict-declaration", person="P2", on="2022-03-01", enterprise=w.enterprises()[0].id),
        ),
        (
            "boundary",
            PASS,
            entry("conflict-declaration", person="P2", on="2022-03-01", enterprise=w.enterprises()[1].id),
        ),
        (
            "boundary",
            PASS,
            entry(
                "conflict-declaration",
                person="P2",
                on="2022-03-01",
                enterprise=w.enterprises()[0].id,
                data={"conflict": "无"},
            ),
        ),
        ("undecidable", REVIEW, chain(EXTERNAL, empty("conflict-declaration"))),
        ("undecidable", REVIEW, empty("conflict-declaration")),
    ),
]
