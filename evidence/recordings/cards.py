"""Identity files on a recorder's card: PARAM.INI, hsAuth.ini, DCIM/100MEDIA/Info.dat.

Names of wearers in them are not read into anything that reaches the journal.
"""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path, PurePath

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError

CARD_FILES = frozenset({"param.ini", "hsauth.ini", "info.dat"})
MAX_CARD_BYTES = 65536
_SECTIONS = ("ZFY", "ZHY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Whose card this is."""

    device: str
    """Serial; empty when the card says it is unset."""
    officer: str = ""


def is_card_file(name: str) -> bool:
    """Whether a file of this name is one of the known identity files."""
    return PurePath(name.replace("\\", "/")).name.lower() in CARD_FILES


def read_card(data: bytes, *, name: str) -> Card:
    """Read an identity file.

    Raises:
        UnreadableError: it holds no device number.
    """
    text = _text(data)
    card = _info_dat(text) if PurePath(name).suffix.lower() == ".dat" else _ini(text)
    if card is None:
        raise UnreadableError(
            Reason.MALFORMED,
            "记录仪身份文件里没有设备编号。",
            where=name,
            remedy="请在导入表“记录仪”中登记设备，再人工指派录像。",
        )
    return card


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """One identity file to be read in a bounded child."""

    path: Path
    name: str


def card_of(file: CardFile) -> Card:
    """`read_card` as one question; an identity file has a few lines."""
    with file.path.open("rb") as source:
        return read_card(source.read(MAX_CARD_BYTES), name=file.name)


def _ini(text: str) -> Card | None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    for section in parser.sections():
        if section.upper() in _SECTIONS:
            values = parser[section]
            device, officer = values.get("DevNo", ""), values.get("PolNo", "")
            return Card(device=_set(device), officer=_set(officer)) if "DevNo" in values else None
    return None


def _info_dat(text: str) -> Card | None:
    first = text.splitlines()[0] if text.strip() else ""
    parts = [part.strip() for part in first.split(";")]
    if len(parts) < 3 or not parts[0].isalnum():
        return None
    return Card(device=_set(parts[0]), officer=_set(parts[2]))


def _set(value: str) -> str:
    value = value.strip()
    return "" if set(value) <= {"0"} else value


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
