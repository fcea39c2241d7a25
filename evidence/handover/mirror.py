"""Checkpoints outside the house at once: an insider who rewrites the journal cannot reach them there.

A mirror is compared whenever the journal is verified: a checkpoint there that the journal does not
reach, or does not agree with, is proof. A mirror that cannot be reached stops nothing; it is said, and
made good the next time.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import msgspec

from evidence.durable import write_whole
from evidence.foreign import reason_of
from evidence.handover.settings import WitnessSettings
from evidence.language import _
from evidence.ledger.checkpoint import fingerprint, grouped
from evidence.ledger.events import CheckpointMade

_MAILED = "checkpoints-mailed.json"
"""In `archive/`: tree sizes whose checkpoints the mailbox has."""
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What became of it."""

    places: tuple[str, ...] = ()
    """Where checkpoints went now: a file, or an address."""
    troubles: tuple[str, ...] = ()
    """What could not be reached, or contradicts."""


def mirror(checkpoints: Sequence[CheckpointMade], settings: WitnessSettings, root: Path) -> Mirrored:
    """Bring every mirror up to date; nothing that is there is ever replaced.

    Args:
        checkpoints: all of the journal's, oldest first.
        settings: where to.
        root: the workspace.
    """
    places: list[str] = []
    troubles: list[str] = []
    if settings.folder:
        _into_folder(checkpoints, root / settings.folder, places, troubles)
    if settings.mail_to:
        _by_mail(checkpoints, settings, root, places, troubles)
    return Mirrored(places=tuple(places), troubles=tuple(troubles))


def kept_outside(settings: WitnessSettings, root: Path) -> Mapping[str, bytes]:
    """Every checkpoint the folder holds, by file name; empty without one.

    Raises:
        OSError: the folder cannot be read.
    """
    if not settings.folder:
        return {}
    folder = root / settings.folder
    return (
        {path.name: path.read_bytes() for path in sorted(folder.glob("checkpoint-*.txt"))}
        if folder.is_dir()
        else {}
    )


def lacking_outside(checkpoints: Sequence[CheckpointMade], settings: WitnessSettings, root: Path) -> int:
    """How many checkpoints no mirror has yet.

    Raises:
        OSError: the folder is not there or cannot be read.
    """
    lacking = 0
    if settings.folder:
        there = {path.name for path in (root / settings.folder).iterdir()}
        lacking = sum(_name(each) not in there for each in checkpoints)
    if settings.mail_to:
        mailed = _mailed(root)
        lacking = max(lacking, sum(each.size not in mailed for each in checkpoints))
    return lacking


def _name(checkpoint: CheckpointMade) -> str:
    return f"checkpoint-{checkpoint.week}-{checkpoint.size}.txt"


def _into_folder(
    checkpoints: Sequence[CheckpointMade], folder: Path, places: list[str], troubles: list[str]
) -> None:
    try:
        if not folder.is_dir():
            raise FileNotFoundError(2, "", str(folder))
        for each in checkpoints:
            place = folder / _name(each)
            try:
                with place.open("x", encoding="ascii", newline="") as file:
                    file.write(each.text)
                places.append(str(place))
            except FileExistsError:
                if place.read_bytes() != each.text.encode("ascii"):
                    troubles.append(_("{place} 与账本的检查点不同：账本被改写过。").format(place=place))
    except OSError as error:
        troubles.append(_("检查点没有送到 {place}：{why}。").format(place=folder, why=reason_of(error)))


def _by_mail(
    checkpoints: Sequence[CheckpointMade],
    settings: WitnessSettings,
    root: Path,
    places: list[str],
    troubles: list[str],
) -> None:
    mailed = _mailed(root)
    waiting = [each for each in checkpoints if each.size not in mailed]
    if not waiting:
        return
    try:
        with _server(settings, root) as server:
            for each in waiting:
                server.send_message(_letter(each, settings))
                mailed.add(each.size)
                places.append(settings.mail_to)
    except (OSError, smtplib.SMTPException) as error:
        why = reason_of(error) if isinstance(error, OSError) and error.errno else str(error)
        troubles.append(_("检查点没有寄到 {place}：{why}。").format(place=settings.mail_to, why=why))
    write_whole(root / "archive" / _MAILED, msgspec.json.encode(sorted(mailed)))


def _server(settings: WitnessSettings, root: Path) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S)
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
    if settings.smtp_user:
        password = (root / settings.smtp_password_file).read_text(encoding="utf-8").strip()
        server.login(settings.smtp_user, password)
    return server


def _letter(checkpoint: CheckpointMade, settings: WitnessSettings) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = settings.mail_from, settings.mail_to
    mark = grouped(fingerprint(checkpoint.text))
    letter["Subject"] = f"检查点 {checkpoint.week} {mark}"
    letter.set_content(
        f"{checkpoint.week} 的检查点，指纹 {mark}。请保存附件；核对：evidence ledger verify --against 附件\n"
    )
    letter.add_attachment(checkpoint.text.encode("ascii"), "text", "plain", filename=_name(checkpoint))
    return letter


def _mailed(root: Path) -> set[int]:
    try:
        return set(msgspec.json.decode((root / "archive" / _MAILED).read_bytes(), type=list[int]))
    except (OSError, msgspec.MsgspecError):
        return set()
