"""Reads files whose bytes lie in the archive: for the first time, again, or on a person's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.document import ScannedPage
from evidence.domain.identifiers import ArrivalId, Number
from evidence.domain.virus_scan import VirusScan
from evidence.errors import EvidenceError, UnreadableError
from evidence.filetypes import media
from evidence.filetypes.examine import Examined
from evidence.filetypes.media import Family
from evidence.filetypes.wholeness import End
from evidence.inbox.booking import StoredFile
from evidence.inbox.identify import quarantined
from evidence.inbox.kinds import examined
from evidence.inbox.mail_suggestions import MailSuggestions
from evidence.inbox.screening import Scan, infected, is_infected, with_scan
from evidence.inbox.understand import Material, Understander, Understanding, refusal, unreadable
from evidence.inbox.unpacking import DEEPEST, Opened, Unpacking
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival

_WHOLE = End()
_TAKEN = frozenset({ArrivalOutcome.LINKED, ArrivalOutcome.UNIDENTIFIED})
_CONTAINERS = {media.ZIP: "压缩包", media.EML: "邮件", media.MSG: "邮件"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Holds no state of its own."""

    ledger: Ledger
    originals: Originals
    understander: Understander
    clock: Callable[[], datetime]
    scanner: Scan | None = None
    """Looks at every file before anything else does; None where none is configured."""

    def scan(self, path: Path) -> VirusScan | None:
        """What the scanner says of a file; None where there is none.

        Raises:
            MissingPartError: it does not answer, and files wait for it.
        """
        return None if self.scanner is None else self.scanner(path)

    def first(
        self, file: StoredFile, arrival: Arrival | None, end: End, scan: VirusScan | None = None
    ) -> Understanding:
        """Read what was just stored.

        Args:
            file: whose bytes are safe.
            arrival: the arrival it continues or retries; None for a new one.
            end: what its bytes say about their own end.
            scan: what the scanner said.
        """
        material = Material(
            arrival=arrival.id if arrival is not None else ArrivalId(""),
            path=self.originals.path(file.stored.sha256),
            name=file.sighting.name,
            sha256=file.stored.sha256,
            bytes=file.stored.bytes,
            media=file.media,
            beside=file.sighting.path.parent,
        )
        if is_infected(scan):
            return infected(material.arrival, scan)
        return with_scan(self._understand(material, end), scan)

    def again(self, arrival: Arrival, *, as_it_is: str = "") -> Understanding:
        """Read archived bytes once more.

        Args:
            arrival: whose bytes.
            as_it_is: the person by whose word no more will come: what there is, is the file.
        """
        assert arrival.sha256 is not None  # noqa: S101 - callers ask only for archived bytes
        scan = self.scan(self.originals.path(arrival.sha256))
        if is_infected(scan):
            return infected(arrival.id, scan)
        return with_scan(self._read_again(arrival, as_it_is), scan)

    def _read_again(self, arrival: Arrival, as_it_is: str) -> Understanding:
        assert arrival.sha256 is not None  # noqa: S101 - asked by the only caller
        found = self._examined(arrival)
        material = Material(
            arrival=arrival.id,
            path=self.originals.path(arrival.sha256),
            name=arrival.path,
            sha256=arrival.sha256,
            bytes=arrival.bytes or 0,
            media=found.media,
            as_it_is=bool(as_it_is),
        )
        if not as_it_is:
            return self._understand(material, found.end)
        return _accepted(self._understand(material, _WHOLE), as_it_is)

    def placed(self, arrival: Arrival, places: Mapping[int, tuple[Number, int]]) -> dict[int, ScannedPage]:
        """What the pages show whose place a person names, by 0-based page of the file.

        A page is left out where nothing could be read: then a person looks at every box of it.
        """
        assert arrival.sha256 is not None  # noqa: S101 - it has pages
        path = self.originals.path(arrival.sha256)
        try:
            kind = self._examined(arrival).media
            reading = self.understander.pages.read_placed(path, kind.type, places)
        except (EvidenceError, OSError):
            return {}
        return {page.index: page.scan for page in reading.pages if page.scan and page.index in places}

    def _examined(self, arrival: Arrival) -> Examined:
        assert arrival.sha256 is not None  # noqa: S101 - callers ask only for archived bytes
        return examined(self.originals.path(arrival.sha256), arrival.path)

    def _understand(self, material: Material, end: End) -> Understanding:
        """What a file is, given what it says about its own end.

        Opening every page is the proof: an odd end alone makes no file `incomplete`. One that lacks its
        end is, with what can be played of a film.
        """
        if end.missing and end.decisive:
            return self._incomplete(material, end)
        understood = self._whole(material)
        if end.missing:
            judged = understood.judged
            if understood.broken or judged.outcome not in _TAKEN or _something_lost(judged):
                return self._incomplete(material, end, understood)
            return _remarked(
                understood, f"文件结尾与常规不同（{end.missing}），但各页都能打开，已按完整文件接收。"
            )
        if end.trailer:
            return _remarked(understood, f"文件结尾之后另有 {end.trailer} 字节，随原件一并保存。")
        return understood

    def _incomplete(self, material: Material, end: End, seen: Understanding | None = None) -> Understanding:
        judged = quarantined(material.arrival, Reason.INCOMPLETE, end.missing)
        if material.depth:  # the rest of a member never comes by itself
            judged = quarantined(material.arrival, Reason.MALFORMED, f"取出的这份文件不完整（{end.missing}）")
        if material.media.family is Family.FOOTAGE:
            played = seen or self._whole(material)
            judged = replace(judged, recordings=played.judged.recordings)
        return Understanding(judged=judged, broken=True)

    def _whole(self, material: Material) -> Understanding:
        refused = refusal(material, self.understander.settings)
        if refused is not None:
            return refused
        try:
            if material.media.family is Family.CONTAINER:
                return self._container(material)
            understood = self.understander.understand(material, self.ledger.view, self.clock())
            if material.media.type == media.PDF and not understood.broken:
                return self._with_attachments(material, understood)
        except UnreadableError as error:
            return unreadable(material, error)
        return understood

    def _container(self, material: Material) -> Understanding:
        """An archive or message is what its members are; exactly kept itself."""
        name = _CONTAINERS[material.media.type]
        if material.depth >= DEEPEST:
            return _refused(material, f"{name}里套着的文件超过 {DEEPEST} 层")
        opened = self._unpacking.open(material, self._understand)
        if not opened.members:
            return _refused(material, f"{name}里没有文件", opened)
        if all(member.media.family is Family.OTHER for member in opened.members):
            names = "、".join(member.name.rpartition("/")[2] for member in opened.members[:5])
            return _refused(material, f"{name}里没有可接收的文件（{names}）", opened)
        count = len(opened.members)
        likely = "" if opened.letterhead is None else self._suggestions.remark(opened.letterhead)
        message = f"{name}，取出 {count} 件，逐件另行接收。{''.join(opened.remarks)}{likely}"
        judged = ArrivalJudged(arrival=material.arrival, outcome=ArrivalOutcome.LINKED, message=message)
        return Understanding(judged=judged, members=opened.members)

    def _with_attachments(self, material: Material, understood: Understanding) -> Understanding:
        """A PDF's attachments are arrivals of their own; a portfolio's cover is no page of anything."""
        if material.depth >= DEEPEST:
            return understood
        opened = self._unpacking.open(material, self._understand)
        taken = tuple(each for each in opened.members if each.media.family is not Family.OTHER)
        other = [each.name.rpartition("/")[2] for each in opened.members if each not in taken]
        remarks = list(opened.remarks)
        if taken:
            remarks.append(f"PDF 带有 {len(taken)} 个附件，已取出另行接收。")
        if other:
            remarks.append(f"PDF 的附件未接收：{'、'.join(other[:10])}。")
        if not remarks:
            return understood
        judged = understood.judged
        if opened.cover and taken and not judged.pages:
            judged = ArrivalJudged(
                arrival=judged.arrival, outcome=ArrivalOutcome.LINKED, message="PDF 文件包。"
            )
        return replace(_remarked(replace(understood, judged=judged), "".join(remarks)), members=taken)

    @property
    def _suggestions(self) -> MailSuggestions:
        return MailSuggestions(
            view=self.ledger.view, originals=self.originals, titles=self.understander.titles
        )

    @property
    def _unpacking(self) -> Unpacking:
        return Unpacking(
            originals=self.originals,
            settings=self.understander.settings,
            scan=self.scan,
            suggestions=self._suggestions,
        )


def _refused(material: Material, detail: str, opened: Opened | None = None) -> Understanding:
    judged = quarantined(material.arrival, Reason.UNSUPPORTED_TYPE, detail)
    remarks = "" if opened is None else "".join(opened.remarks)
    return Understanding(judged=replace(judged, message=judged.message + remarks))


def _remarked(understood: Understanding, remark: str) -> Understanding:
    if understood.judged.outcome not in _TAKEN:
        return understood
    judged = replace(understood.judged, message=understood.judged.message + remark)
    return replace(understood, judged=judged)


def _something_lost(judged: ArrivalJudged) -> bool:
    """Whether a file of an odd end shows that it is indeed cut: damage, or a page on which nothing came."""
    damaged = any(page.damaged for page in judged.pages)
    return (
        damaged or bool(judged.blank_pages) or any(page.reason == Reason.DAMAGED for page in judged.unlinked)
    )


def _accepted(understood: Understanding, by: str) -> Understanding:
    """What a person took as it is waits for that person at worst: nothing of it is refused any more."""
    judged = understood.judged
    said = f"经 {by} 确认，按现状接收。"
    if judged.outcome == ArrivalOutcome.QUARANTINED and judged.reason in {
        Reason.INCOMPLETE,
        Reason.MALFORMED,
    }:
        message = f"{said}{judged.message}请指定文书或案件。"
        judged = replace(judged, outcome=ArrivalOutcome.UNIDENTIFIED, reason="", message=message)
    else:
        judged = replace(judged, message=f"{said}{judged.message}")
    return replace(understood, judged=judged, broken=False)
