"""Who and when: constants, enterprises, people, devices, register entries."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from evidence.domain.identifiers import (
    CaseId,
    EnterpriseId,
    PersonId,
    Sha256,
)
from evidence.domain.parties import Device, Enterprise, EnterpriseClass, Person, Role, Title
from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_instant
from evidence.rules.parameters import Parameters

PARAMETERS = Parameters(price_yuan=1_000_000)

WEEK = "2022-W13"

FRIDAY = local_instant(date(2022, 4, 1), 15)
"""The usual moment of judgement: Friday of the week at three."""

CLOSED = CaseId("WJB22-0001")

CHECKED = CaseId("WJB22-0002")

HEAVY = CaseId("WJB22-0003")

CHECK_DAY = date(2022, 3, 14)

FORM_CODES = {
    "inspection-record": "JC",
    "urging-record": "DD",
    "rectification-report": "ZG",
    "recheck-record": "FC",
    "interview-record": "YJ",
}


def digest(text: str) -> Sha256:
    """A digest that stands for some bytes."""
    return Sha256(sha256(text.encode()).hexdigest())


def instant(day: date | str, hour: int = 9, minute: int = 0) -> datetime:
    """Shanghai wall time as UTC; days may be written `2022-03-14`."""
    return local_instant(date.fromisoformat(day) if isinstance(day, str) else day, hour, minute)


def enterprises() -> tuple[Enterprise, ...]:
    """Two ordinary enterprises below scale and one foundry."""
    return (
        Enterprise(
            id=EnterpriseId("91320412MA1XAAAA0A"),
            name="常州市丰禾机械有限公司",
            short_name="丰禾机械",
            credit_code="91320412MA1XAAAA0A",
            classes=(EnterpriseClass.BELOW_SCALE,),
            headcount=46,
        ),
        Enterprise(
            id=EnterpriseId("91320412MA1XBBBB0B"),
            name="常州市云泽包装有限公司",
            short_name="云泽包装",
            credit_code="91320412MA1XBBBB0B",
            classes=(EnterpriseClass.BELOW_SCALE,),
            headcount=31,
        ),
        Enterprise(
            id=EnterpriseId("91320412MA1XCCCC0C"),
            name="常州市恒冶铸造有限公司",
            short_name="恒冶铸造",
            credit_code="91320412MA1XCCCC0C",
            classes=(EnterpriseClass.FOUNDRY,),
            headcount=120,
        ),
    )


def people() -> tuple[Person, ...]:
    """A leader, four members, one supervisor of the zone."""
    names = ("陈立群", "周晓岚", "顾建明", "沈一帆", "陆文静")
    team = tuple(
        Person(
            id=PersonId(f"P{n}"),
            name=name,
            role=Role.LEADER if n == 1 else Role.MEMBER,
            title=Title.INTERMEDIATE if n <= 2 else Title.JUNIOR,
            specialty="安全工程",
            qualified=True,
            badge=f"GX-{n:03d}",
            badge_from=date(2021, 12, 1),
            badge_to=date(2023, 12, 31),
            active_from=date(2021, 12, 1),
        )
        for n, name in enumerate(names, start=1)
    )
    supervisor = Person(id=PersonId("G1"), name="吴海峰", role=Role.SUPERVISOR, badge="AJ-017")
    return (*team, supervisor)


def devices() -> tuple[Device, ...]:
    """One recorder for each of the first two members."""
    return (
        Device(serial="TA00716", holder=PersonId("P2"), from_date=date(2021, 12, 1)),
        Device(serial="TA00717", holder=PersonId("P3"), from_date=date(2021, 12, 1)),
    )


def entry(register: str, key: str, on: date | str, **fields: Any) -> RegisterEntry:
    """A register entry; days may be written as text."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    fields.setdefault("attachment", digest(f"{register}/{key}"))
    return RegisterEntry(register=register, key=key, on=day, **fields)


def undertakings() -> tuple[RegisterEntry, ...]:
    """Confidentiality and integrity undertakings of the whole team, and its declarations of no interest."""
    registers = ("confidentiality-undertaking", "integrity-undertaking")
    return (
        *(
            entry(register, f"P{n}", "2021-12-08", person=PersonId(f"P{n}"))
            for register in registers
            for n in range(1, 6)
        ),
        *(
            entry(
                "conflict-declaration",
                f"P{n}",
                "2021-12-08",
                person=PersonId(f"P{n}"),
                data={"conflict": "无"},
            )
            for n in range(1, 6)
        ),
    )
