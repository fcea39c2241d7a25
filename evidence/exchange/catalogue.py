"""What stands in 案卷目录 and 卷内文件目录 of chosen years (DA/T 22-2015, DA/T 13-2022)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import Case
from evidence.domain.document import Document
from evidence.domain.terms import form_title
from evidence.domain.week import local_date
from evidence.exchange.gather import Parties
from evidence.ledger.view import View

NOT_CLASSIFIED = "无"
"""密级: nothing that the contract makes is a state secret."""
_BY_ENTERPRISE = frozenset({"整改报告"})
"""Forms whose author is the enterprise; all others are the agency's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One row of 卷内文件目录."""

    number: str
    author: str
    title: str
    day: date
    pages: int | None
    """None where nobody counted them."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One case as a volume."""

    code: str
    """档号: contract, year, retention, running number of the case in its year."""
    title: str
    author: str
    begun: date
    ended: date
    files: tuple[FileEntry, ...]
    retention: str
    note: str = ""

    @property
    def pages(self) -> int:
        """Of the files whose pages are counted."""
        return sum(file.pages or 0 for file in self.files)


def volumes(
    view: View, parties: Parties, *, retention_years: int, years: Collection[int] = ()
) -> tuple[Volume, ...]:
    """Every case opened in these years (all when empty), in order of number.

    Args:
        view: the ledger.
        parties: who made the records.
        retention_years: how long they are kept.
        years: calendar years.
    """
    cases = [case for case in view.cases() if not years or case.opened_on.year in years]
    return tuple(_volume(view, case, parties, retention_years) for case in cases)


def _volume(view: View, case: Case, parties: Parties, retention_years: int) -> Volume:
    enterprise = view.enterprise(case.enterprise)
    name = enterprise.name if enterprise is not None else case.enterprise
    files = tuple(_files(view, case, parties, name))
    days = [case.opened_on, *(file.day for file in files)]
    return Volume(
        code=f"{case.id[:3]}·{case.opened_on.year}-D{retention_years}-{case.id[-4:]}",
        title=f"{name}安全生产检查卷宗（{case.id}）",
        author=parties.agency,
        begun=min(days),
        ended=max(days),
        files=files,
        retention=f"{retention_years}年",
        note=f"已撤销：{case.cancelled_why}" if case.cancelled_why else "",
    )


def _files(view: View, case: Case, parties: Parties, enterprise: str) -> Iterator[FileEntry]:
    for document in view.documents(case.id):
        title = form_title(document.form.form)
        yield FileEntry(
            number=document.form.number,
            author=enterprise if title in _BY_ENTERPRISE else parties.agency,
            title=f"{enterprise}{title}",
            day=local_date(document.form.issued_at),
            pages=document.form.pages,
            note=_state(document),
        )
    for material in view.materials(case.id):
        arrival = view.arrival(material.arrival)  # type: ignore[arg-type]
        if arrival is not None:
            yield FileEntry(
                number=arrival.id,
                author=enterprise,
                title=arrival.path.rpartition("/")[2],
                day=local_date(arrival.received_at),
                pages=None,
            )


def _state(document: Document) -> str:
    if document.form.voided_why:
        return f"作废：{document.form.voided_why}"
    missing = document.missing_pages
    return f"缺第{'、'.join(str(page) for page in missing)}页" if missing else ""
