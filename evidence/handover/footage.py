"""Footage that goes into a package because someone must have it; by default none ever does.

Only the films of the week's own visits go. Those registered by reference are copied from where they
lie; what is copied is hashed on the way, so a file that changed since its registration stops the package.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.bundles.bag import BagWriter, ChangedOriginalError, Entry
from evidence.domain.case import in_force
from evidence.domain.case_files import FileRole
from evidence.domain.facts import CaseFacts
from evidence.domain.recording import Recording
from evidence.domain.week import Week, local_date
from evidence.errors import IncompleteError, VerificationFailedError
from evidence.handover.originals import Original
from evidence.handover.week import WeekWork
from evidence.language import _

_FULL = (errno.ENOSPC, errno.EDQUOT)


class MissingFootageError(IncompleteError):
    """A film that was asked for is not where the register says, or cannot be read."""


class ChangedFootageError(VerificationFailedError):
    """A film no longer has the bytes that were registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One file of footage to hand over."""

    original: Original
    source: Path
    """Where it lies: the archive, or the agency's own storage."""


def films_of(work: WeekWork, case: CaseFacts, originals: Originals) -> tuple[Film, ...]:
    """The films of a case's visits in the week, each once; rows of a station's list are no films."""
    week = {visit.id for visit in in_force(case.visits) if Week.of(local_date(visit.arrived_at)) == work.week}
    own = {each.sha256: each for each in case.recordings if each.visit in week and not each.described}
    return tuple(_film(each, originals) for each in own.values())


def _film(recording: Recording, originals: Originals) -> Film:
    return Film(
        original=Original(
            sha256=recording.sha256,
            arrival=recording.arrival,
            # by reference the name carries its folders
            name=recording.name.rpartition("/")[2],
            media_type="",
            bytes=recording.bytes,
            role=FileRole.FOOTAGE,
            number=recording.visit or "",
        ),
        source=Path(recording.path) if recording.path else originals.path(recording.sha256),
    )


def require_films(films: Iterable[Film]) -> None:
    """Look at every film before anything is made, so that hours of copying do not end in an error.

    Raises:
        MissingFootageError: some are not there.
        ChangedFootageError: some have another size.
    """
    missing, changed = [], []
    for film in films:
        try:
            size = film.source.stat().st_size if film.source.is_file() else None
        except OSError:
            size = None
        if size is None:
            missing.append(film)
        elif size != film.original.bytes:
            changed.append(film)
    if missing:
        raise _missing(missing)
    if changed:
        raise _changed(changed)


def add_film(bag: BagWriter, path: str, film: Film) -> Entry:
    """Copy one film into the bag, its digest checked on the way.

    Raises:
        MissingFootageError: it cannot be read.
        ChangedFootageError: other bytes than registered.
    """
    try:
        return bag.add_file(path, film.source, sha256=film.original.sha256)
    except ChangedOriginalError as error:
        raise _changed([film]) from error
    except OSError as error:
        if error.errno in _FULL:
            raise
        raise _missing([film]) from error


def _missing(films: Iterable[Film]) -> MissingFootageError:
    return MissingFootageError(
        _("要装入移交包的录像不在登记的位置或无法读取，移交包没有做。"),
        where=_places(films),
        remedy=_(
            "请接通存储后再试；录像已移动的，先运行 evidence recording audit --search 目录；"
            "不移交录像的，去掉 --with-footage。"
        ),
    )


def _changed(films: Iterable[Film]) -> ChangedFootageError:
    return ChangedFootageError(
        _("要装入移交包的录像与登记的指纹不符，移交包没有做。"),
        where=_places(films),
        remedy=_("请运行 evidence recording audit 查明，并从记录仪或备份恢复原文件。"),
    )


def _places(films: Iterable[Film]) -> str:
    return "\n".join(f"{film.original.name} · {film.source}" for film in films)
