"""`verify DIR/`: every package in a folder judged beside all the others, and what the series lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.domain.week import Week
from evidence.errors import ExitCode, InputError
from evidence.verify.circumstances import Circumstances
from evidence.verify.continuity import order_of_label
from evidence.verify.examine import Reader, read_reader, unreadable, verify_package, verify_payment
from evidence.verify.guarding import broken_off, guarded
from evidence.verify.model import CheckKind, Indication, Report, exit_code_of
from evidence.verify.opening import ForeignBagError, packages_in
from evidence.verify.package import Package
from evidence.verify.payment import PaymentPack, open_and_take
from evidence.verify.pdf.task import PdfJudge, judge_isolated
from evidence.verify.predecessors import Compared, Kept, compare, take_kept

_NOTHING_KEPT = Kept()
_GRAVEST = (Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two packages that cannot both belong to one ledger."""

    packages: tuple[str, str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """The whole answer about a folder of packages."""

    subject: str
    at: datetime
    packages: tuple[Report, ...]
    indication: Indication
    missing_weeks: tuple[str, ...]
    """Weeks and supplements that some package names and the folder does not hold: `2022-W15-S1`."""
    forks: tuple[Fork, ...]
    not_packages: tuple[str, ...] = ()
    """Names of zips and bags in the folder that are of another system: named, not judged."""
    circumstances: Circumstances | None = None
    """Real time, trust and program, the same for every package; None when nobody took them down."""

    @property
    def exit_code(self) -> ExitCode:
        """4 failed, 5 undecided or something missing, 3 when one declares itself incomplete, 0 otherwise."""
        complete = ExitCode.INCOMPLETE not in {report.exit_code for report in self.packages}
        return exit_code_of(self.indication, complete=complete)


def verify_series(
    folder: Path,
    *,
    trust: Sequence[bytes] = (),
    regulator: Sequence[bytes] = (),
    previous: Sequence[Path] = (),
    at: datetime | None = None,
    judge_pdfs: PdfJudge = judge_isolated,
) -> SeriesReport:
    """Judge a folder of packages; each is a witness for the others only as far as its own signature reaches.

    Args:
        folder: with packages as zips or folders directly in it.
        trust: as for one package.
        regulator: as for one package.
        previous: further packages, from elsewhere.
        at: instant of verification; now when None.
        judge_pdfs: how PDFs are judged.

    Raises:
        InputError: there is no package in the folder, or a trust file is unreadable.
    """
    paths = packages_in(folder)
    if not paths:
        raise InputError(
            "这个文件夹里没有移交包。", where=str(folder), remedy="请给出放有 .zip 移交包的文件夹。"
        )
    reader = read_reader(trust, regulator, at, judge_pdfs)
    taken, reports, foreign = _open_all(paths, reader)
    outside = take_kept(previous, reader.store, reader.now).packages
    for package in taken:
        others = tuple(each for each in (*taken, *outside) if each is not package and _sound(each))
        reports.append(_judged(package, reader, Kept(packages=others)))
    forks, missing = _forks([each for each in taken if _sound(each)], reader), _missing(taken)
    return SeriesReport(
        subject=folder.name,
        at=reader.now,
        packages=tuple(sorted(reports, key=lambda report: report.subject)),
        indication=_conclude(reports, forks, missing),
        missing_weeks=missing,
        forks=forks,
        not_packages=tuple(Path(error.where).name for error in foreign),
    )


def _open_all(
    paths: Sequence[Path], reader: Reader
) -> tuple[list[Package], list[Report], list[ForeignBagError]]:
    """The weeks, to be judged as each other's witnesses; reports on what stands alone; what is none of ours.

    Raises:
        ForeignBagError: nothing in the folder is one of ours.
    """
    taken: list[Package] = []
    reports: list[Report] = []
    foreign: list[ForeignBagError] = []
    for path in paths:
        try:
            found = guarded(
                "container.reading",
                lambda path=path: open_and_take(path, reader.store, reader.now),  # type: ignore[misc]
                lambda check: check,
            )
        except ForeignBagError as error:
            foreign.append(error)
            continue
        if isinstance(found, Package):
            taken.append(found)
        elif isinstance(found, PaymentPack):
            reports.append(_judged(found, reader))
        else:
            reports.append(unreadable(path, reader.now, found))
    if len(foreign) == len(paths):
        raise foreign[0]
    return taken, reports, foreign


def _sound(package: Package) -> bool:
    """Whether a package may speak about others: damage to it says nothing against them."""
    return not any(check.kind == CheckKind.FAIL for check in package.checks)


def _judged(found: Package | PaymentPack, reader: Reader, kept: Kept = _NOTHING_KEPT) -> Report:
    path = found.package.path if isinstance(found, PaymentPack) else found.path
    try:
        if isinstance(found, PaymentPack):
            return verify_payment(found, reader)
        return verify_package(found, reader, kept)
    except Exception as error:  # a file may vanish half-way; the other packages stand
        return unreadable(path, reader.now, broken_off("container.reading", error, path.name))


def _forks(taken: Sequence[Package], reader: Reader) -> tuple[Fork, ...]:
    forks = []
    for place, package in enumerate(taken):
        for other in taken[place + 1 :]:
            found = guarded(
                "ledger.previous",
                lambda one=package, two=other: compare(two, one, reader.regulator),  # type: ignore[misc]
                lambda check: Compared(checks=(check,)),
            )
            if found.fork:
                forks.append(Fork(packages=(package.id, other.id), why=found.checks[0].message))
    return tuple(forks)


def _missing(taken: Sequence[Package]) -> tuple[str, ...]:
    """What the packages of a ledger name and the folder lacks; with its contract when there are several."""
    ledgers: dict[str, list[Package]] = {}
    for package in taken:
        ledgers.setdefault(package.id.partition("-")[0], []).append(package)
    return tuple(
        f"{contract}-{label}" if len(ledgers) > 1 else label
        for contract, packages in sorted(ledgers.items())
        for label in _missing_of(packages)
    )


def _missing_of(taken: Sequence[Package]) -> list[str]:
    """What the service weeks, the checkpoints and the journal name, and no package here is."""
    here = {package.id.partition("-")[2] for package in taken}
    named: set[str] = set()
    for package in taken:
        named |= set(package.ledger.texts)
        first, _, last = package.info.get("Service-Weeks", "").partition("/")
        try:
            week, end = Week.parse(first), Week.parse(last)
        except ValueError:
            continue
        while week <= end and len(named) < 10_000:
            named.add(str(week))
            week = week.shift(1)
    return sorted(named - here, key=order_of_label)


def _conclude(reports: Sequence[Report], forks: Sequence[Fork], missing: Sequence[str]) -> Indication:
    found = {report.indication for report in reports}
    if forks:
        found.add(Indication.FAILED)
    if missing:
        found.add(Indication.INDETERMINATE)
    return next(each for each in _GRAVEST if each in found)
