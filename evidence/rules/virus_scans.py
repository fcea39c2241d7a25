"""What came in was looked at by a virus scanner, where the agency has one (附件八4, DA/T 70-2018 安全性).

A file that the scanner did not see whole asks a person, and no more: the contract names no scanner, and what
came in without one cannot be undone. A later scan of the same bytes answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.domain.virus_scan import ScanResult
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import EvidenceRef, Level
from evidence.rules.outcomes import passed, unsure
from evidence.rules.rule import Outcome, case_rule, revised

HARMFUL_IS_SCANNED = 5
"""From this edition on a file in which something was found is not called unscanned."""
_WHY = {
    ScanResult.UNAVAILABLE: "扫描程序没有应答",
    ScanResult.NOT_SCANNED: "超过扫描程序的上限",
    ScanResult.INFECTED: "扫描发现有害内容",
}


@case_rule(
    "T07-virus-scan",
    "到件经病毒扫描",
    rows="T07",
    level=Level.WARNING,
    remedy="扫描程序恢复后运行 evidence antivirus 补扫；超过上限的，调高上限再补扫。",
    unless="没有交病毒扫描程序看过的到件。",
)
def virus_scan(chain: CaseHistory) -> Iterator[Outcome]:
    """Of every file that a scanner was asked about it is known that it was looked at whole."""
    answers: dict[str, set[ScanResult]] = {}
    for scan in chain.facts.virus_scans:
        answers.setdefault(scan.sha256, set()).add(scan.result)
    things: dict[_Thing, list[str]] = {}
    known = _things(chain)
    for scan in chain.facts.virus_scans:
        thing = known.get(scan.sha256) or _Thing(f"到件 {scan.arrival}", document=scan.arrival)
        things.setdefault(thing, []).append(scan.sha256)
    for thing in sorted(things, key=lambda one: (one.visit, one.document)):
        yield _of(thing, sorted(set(things[thing])), answers)


@dataclass(frozen=True, slots=True)
class _Thing:
    """What some files belong to."""

    name: str
    document: str = ""
    visit: str = ""


def _things(chain: CaseHistory) -> dict[str, _Thing]:
    """Digest -> the document, visit's film or filed material that it belongs to."""
    found: dict[str, _Thing] = {}
    for document in chain.facts.documents:
        number = document.form.number
        scans = (scan.sha256 for scan in (*document.scans, *document.other_copies))
        found |= dict.fromkeys((*scans, *document.edocuments), _Thing(f"{number} ", document=number))
    for step in chain.visits:
        films = (film.sha256 for film in chain.footage(step))
        found |= dict.fromkeys(films, _Thing(f"{step.name}录像", visit=step.id))
    return found


def _of(thing: _Thing, files: Sequence[str], answers: Mapping[str, set[ScanResult]]) -> Outcome:
    """One outcome about the files of one thing."""
    unseen = [digest for digest in files if ScanResult.CLEAN not in answers[digest]]
    about: dict[str, Any] = {
        "document": thing.document,
        "visit": thing.visit,
        "expected": "逐件经病毒扫描",
        "evidence": tuple(
            EvidenceRef(path=f"originals/{digest}", sha256=digest) for digest in unseen or files
        ),
    }
    if not unseen:
        said = f"{thing.name}的 {len(files)} 个文件经病毒扫描，未发现病毒。"
        return passed(said, observed="未发现病毒", **about)
    why = "、".join(word for result, word in _WHY.items() if any(result in answers[each] for each in unseen))
    said = f"{thing.name}有 {len(unseen)} 个文件未经病毒扫描（{why}），请补扫。"
    before = unsure(said, observed=f"未经扫描 {len(unseen)} 个", blocking=False, **about)
    harmful = [each for each in unseen if ScanResult.INFECTED in answers[each]]
    if not harmful:
        return before
    parts = [f"{len(harmful)} 个文件经病毒扫描发现有害内容，请让提供人查杀后重新提供"]
    if left := [each for each in unseen if each not in harmful]:
        rest = "、".join(word for result, word in _WHY.items() if any(result in answers[one] for one in left))
        parts.append(f"{len(left)} 个文件未经病毒扫描（{rest}），请补扫")
    said = f"{thing.name}有 {'；'.join(parts)}。"
    now = unsure(said, observed=f"有害 {len(harmful)} 个", blocking=False, **about)
    return revised(now, before, since=HARMFUL_IS_SCANNED)


RULES = (virus_scan,)
