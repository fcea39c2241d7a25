"""What archives, messages and portfolios hold, put into the originals and understood one by one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.virus_scan import VirusScan
from evidence.filetypes.examine import UNREAD
from evidence.filetypes.mail_headers import Letterhead
from evidence.filetypes.members import Container, Contents, Unpacked, unpack
from evidence.filetypes.wholeness import End
from evidence.inbox.kinds import examined
from evidence.inbox.mail_suggestions import MailSuggestions
from evidence.inbox.names import is_ignored, own_bytes_of, shown
from evidence.inbox.screening import infected, is_infected, with_scan
from evidence.inbox.settings import InboxSettings
from evidence.inbox.understand import Material, Member, Understanding
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds

UNPACKING = Bounds(cpu_seconds=120)
DEEPEST = 3
"""Archives within messages within archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A container's members, and what to say of the rest."""

    members: tuple[Member, ...] = ()
    remarks: tuple[str, ...] = ()
    cover: bool = False
    letterhead: Letterhead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacking:
    """Takes members out of a container; holds no state of its own."""

    originals: Originals
    settings: InboxSettings
    scan: Callable[[Path], VirusScan | None] = lambda _path: None
    """As `Archived.scan`."""
    suggestions: MailSuggestions | None = None
    """What a message makes likely of its attachments."""

    def open(self, material: Material, understand: Callable[[Material, End], Understanding]) -> Opened:
        """Every member, stored and understood.

        Args:
            material: the container.
            understand: reads one member.

        Raises:
            UnreadableError: the container cannot be unpacked within the limits.
            OSError: the disk is full or cannot be written.
        """
        folder = Path(tempfile.mkdtemp(prefix="unpacked-", dir=self.originals.incoming()))
        try:
            container = self._container(material, folder)
            contents = run_bounded(unpack, container, UNPACKING)
            used = sum(each.path.stat().st_size for each in contents.members)
            material.budget.bytes = container.most_bytes - used
            material.budget.members = container.most_members - len(contents.members)
            return self._opened(material, contents, understand)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _container(self, material: Material, folder: Path) -> Container:
        budget = material.budget
        return Container(
            path=material.path,
            media_type=material.media.type,
            into=folder,
            most_bytes=self.settings.max_unpacked_bytes if budget.bytes is None else budget.bytes,
            most_members=self.settings.max_members if budget.members is None else budget.members,
        )

    def _opened(
        self, material: Material, contents: Contents, understand: Callable[[Material, End], Understanding]
    ) -> Opened:
        members: list[Member] = []
        ignored: list[str] = []
        head = contents.letterhead
        for index, each in enumerate(contents.members):
            name = shown_name(each.name) or f"附件{index + 1}"
            if is_ignored(name.rpartition("/")[2]):
                ignored.append(name)
                continue
            member = self._member(material, index, each, name, understand)
            members.append(member if head is None else self._with_suggestions(member, head))
        remarks = []
        if ignored:
            remarks.append(f"另有系统文件未取出：{'、'.join(ignored[:10])}。")
        if contents.left:
            remarks.append(f"未取出：{'、'.join(contents.left[:10])}。")
        return Opened(
            members=tuple(members),
            remarks=tuple(remarks),
            cover=contents.cover,
            letterhead=contents.letterhead,
        )

    def _with_suggestions(self, member: Member, head: Letterhead) -> Member:
        if self.suggestions is None:
            return member
        judged = self.suggestions.completed(member.understood.judged, member.name, head)
        return replace(member, understood=replace(member.understood, judged=judged))

    def _member(
        self,
        material: Material,
        index: int,
        member: Unpacked,
        name: str,
        understand: Callable[[Material, End], Understanding],
    ) -> Member:
        scan = self.scan(member.path)
        harmful = is_infected(scan)
        kind = UNREAD if harmful else examined(member.path, name)
        stored = self.originals.put_file(member.path)
        inner = Material(
            arrival=ArrivalId(""),
            path=self.originals.path(stored.sha256),
            name=f"{material.name}/{name}",
            sha256=stored.sha256,
            bytes=stored.bytes,
            media=kind.media,
            depth=material.depth + 1,
            budget=material.budget,
        )
        return Member(
            name=inner.name,
            name_bytes=own_bytes_of(member.name, name),
            seen_as=member_identity(material.sha256, index),
            stored=stored,
            media=kind.media,
            understood=infected(inner.arrival, scan)
            if harmful
            else with_scan(understand(inner, kind.end), scan),
        )


def shown_name(raw: bytes) -> str:
    """A member's name as a clerk reads it, without steps out of its folder."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "surrogateescape")
    steps = [step for step in shown(text).split("/") if step not in {"", ".", ".."}]
    return "/".join(steps)


def member_identity(container: Sha256, index: int) -> str:
    """As `ArrivalTaken.seen_as`: the same member of the same container is taken once."""
    return f"{container}#{index}"
