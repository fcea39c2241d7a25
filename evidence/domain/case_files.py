"""Which stored files a case rests on, and as what: the one list behind dossier, package, tree and screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from evidence.domain.case import in_force
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import Sha256


class FileRole(StrEnum):
    """As what a file stands in a case."""

    SCAN = "扫描件"
    OTHER_SCAN = "其他扫描件"
    EDOCUMENT = "电子文件"
    TRANSCRIPTION = "转录件"
    MATERIAL = "案件材料"
    HAZARD_PHOTO = "隐患照片"
    RECHECK_PHOTO = "复查照片"
    REPORT_PHOTO = "整改照片"
    REGISTER = "台账附件"
    WAIVER = "例外依据"
    FOOTAGE = "录像"


PHOTOGRAPHS = frozenset({FileRole.HAZARD_PHOTO, FileRole.RECHECK_PHOTO, FileRole.REPORT_PHOTO})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One stored file of a case, by the first reason it is there."""

    sha256: Sha256
    role: FileRole
    number: str = ""
    """Record, visit, register entry or rule it belongs to."""
    hazard: str = ""
    """`H01`, of a photograph."""
    caption: str = ""
    """What a photograph shows."""


def files_of(case: CaseFacts) -> tuple[CaseFile, ...]:
    """Every file of a case, each digest once: records first, then what people filed, photographs, papers."""
    found: dict[Sha256, CaseFile] = {}
    for each in _all(case):
        found.setdefault(each.sha256, each)
    return tuple(found.values())


def photographs_of(case: CaseFacts) -> tuple[CaseFile, ...]:
    """Its photographs, each for every hazard it stands for."""
    return tuple(dict.fromkeys(each for each in _photographs(case)))


def pictures_of(case: CaseFacts) -> dict[Sha256, Picture]:
    """What was told of its photographs when they were handed in: as it stands, then what was told before.

    What a telephone said of one goes before words that say nothing of it, whoever left it out.
    """
    visits = (*in_force(case.visits), *sorted(case.visits, key=lambda visit: visit.version, reverse=True))
    told = [picture for visit in visits for picture in visit.pictures]
    told += [picture for report in case.reports for picture in report.pictures]
    found: dict[Sha256, Picture] = {}
    for picture in told:
        known = found.get(picture.sha256)
        if known is None or (known.captured is None and picture.captured is not None):
            found[picture.sha256] = picture
    return found


def _all(case: CaseFacts) -> Iterator[CaseFile]:
    for document in case.documents:
        yield from _of_record(document)
    yield from _photographs(case)
    for material in case.materials:
        yield CaseFile(sha256=material.sha256, role=FileRole.MATERIAL, number=material.arrival)
    for entry in case.entries:
        if entry.attachment is not None:
            yield CaseFile(
                sha256=entry.attachment, role=FileRole.REGISTER, number=f"{entry.register}/{entry.key}"
            )
    for waiver in case.waivers:
        if waiver.attachment is not None:
            yield CaseFile(sha256=waiver.attachment, role=FileRole.WAIVER, number=waiver.rule_id)


def _of_record(document: Document) -> Iterator[CaseFile]:
    number = document.form.number
    for scan in document.scans:
        yield CaseFile(sha256=scan.sha256, role=FileRole.SCAN, number=number)
    for scan in document.other_copies:
        yield CaseFile(sha256=scan.sha256, role=FileRole.OTHER_SCAN, number=number)
    for made in document.transcriptions:
        yield CaseFile(sha256=made.sha256, role=FileRole.TRANSCRIPTION, number=number)
    for digest in document.edocuments:
        yield CaseFile(sha256=digest, role=FileRole.EDOCUMENT, number=number)


def _photographs(case: CaseFacts) -> Iterator[CaseFile]:
    def shown(
        role: FileRole, number: str, hazard: str, caption: str, digests: tuple[Sha256, ...]
    ) -> Iterator[CaseFile]:
        for digest in digests:
            yield CaseFile(sha256=digest, role=role, number=number, hazard=hazard, caption=caption)

    for visit in in_force(case.visits):
        for hazard in visit.hazards:
            caption = f"{hazard.id} 整改前：{hazard.location} {hazard.description}"
            yield from shown(FileRole.HAZARD_PHOTO, visit.id, hazard.id, caption, hazard.photos)
        for result in visit.results:
            caption = f"{result.hazard} 复查：{result.state.value}"
            yield from shown(FileRole.RECHECK_PHOTO, visit.id, result.hazard, caption, result.photos)
    for report in case.reports:
        for answer in report.answers:
            caption = f"{answer.hazard} 整改后（整改报告第{report.version}版）"
            yield from shown(FileRole.REPORT_PHOTO, "", answer.hazard, caption, answer.photos)
    for material in case.materials:
        if material.hazard:
            caption = f"{material.hazard} 补充照片：{material.why}"
            yield from shown(
                FileRole.HAZARD_PHOTO, material.arrival, material.hazard, caption, (material.sha256,)
            )
