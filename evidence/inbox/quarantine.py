"""The quarantine folder: for each file that needs a person, a copy and a plain-Chinese reason beside it.

It is a view for people: the bytes that count are in the originals, the outcome that counts is in the
journal, and the folder is brought back in line with both at every start.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.arrival_outcome import Reason
from evidence.domain.week import SHANGHAI
from evidence.inbox.names import storable
from evidence.ledger.view import Arrival

REASON_FILE = "原因.txt"
MAX_COPY = 256 * 1024**2
"""Larger files are named, not copied a second time."""


class Quarantine:
    """`<root>/<arrival>/<name>` with `原因.txt` beside it."""

    def __init__(self, root: Path, originals: Originals) -> None:
        self._root = root
        self._originals = originals

    def put(self, arrival: Arrival) -> Path:
        """Lay a quarantined arrival out for people; doing it again refreshes the reason."""
        folder = self._root / arrival.id
        folder.mkdir(parents=True, exist_ok=True)
        copied = self._copy(arrival, folder)
        text = _reason_text(arrival, copied, self._originals)
        target = folder / REASON_FILE
        if not target.exists() or target.read_text(encoding="utf-8-sig") != text:
            # Windows editors need the mark to read UTF-8.
            target.write_text(text, encoding="utf-8-sig")
        return folder

    def clear(self, arrival: Arrival) -> None:
        """Remove what no longer waits; originals keep the bytes."""
        shutil.rmtree(self._root / arrival.id, ignore_errors=True)

    def reconcile(self, arrivals: Iterable[Arrival]) -> None:
        """Bring the folder in line with the ledger after a crash.

        Args:
            arrivals: all that are quarantined now.
        """
        wanted = {arrival.id: arrival for arrival in arrivals}
        for arrival in wanted.values():
            self.put(arrival)
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if folder.name.startswith("A-") and folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)

    def _copy(self, arrival: Arrival, folder: Path) -> str:
        """Name of the copy; empty when there is none."""
        harmful = arrival.reason == Reason.INFECTED  # a second copy of it helps nobody
        if arrival.sha256 is None or not arrival.bytes or arrival.bytes > MAX_COPY or harmful:
            return ""
        name = storable(arrival.path.rpartition("/")[2])
        target = folder / (f"_{name}" if name == REASON_FILE else name)
        if not target.exists() or target.stat().st_size != arrival.bytes:
            shutil.copyfile(self._originals.path(arrival.sha256), target)
            # Never executable, whatever the original was.
            target.chmod(0o640)
        return target.name


def _reason_text(arrival: Arrival, copied: str, originals: Originals) -> str:
    received = arrival.received_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    lines = [
        f"到件编号：{arrival.id}",
        f"原文件名：{arrival.path}",
        f"收到时间：{received}（北京时间）",
        f"原因代码：{arrival.reason or '（见说明）'}",
        f"说明：{arrival.message}",
    ]
    if arrival.sha256 is not None:
        lines.append(f"SHA-256：{arrival.sha256}")
        lines.append(f"原件：{originals.path(arrival.sha256)}")
    if arrival.reason == Reason.INFECTED:
        lines.append("文件含有害内容，本处不放副本；原件不要打开。")
    elif arrival.sha256 is not None and arrival.bytes and not copied:
        lines.append("文件较大，本处不再复制，请直接查看原件。")
    lines += [
        "",
        "处理办法：",
        f"  原因消除后重试：evidence inbox retry {arrival.id} --by 姓名 --why 理由",
        f"  确认不要：      evidence inbox reject {arrival.id} --by 姓名 --why 理由",
    ]
    return "\r\n".join(lines) + "\r\n"
