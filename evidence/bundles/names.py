"""Names inside a package: readable on every system, at most 80 bytes, without path tricks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_BYTES = 80
_FORBIDDEN = re.compile(r'[%/\\:*?"<>|]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def component(text: str, suffix: str = "", *, max_bytes: int = MAX_BYTES) -> str:
    """One path component made of some text: NFC, nothing forbidden, cut to size before the suffix.

    Control, format (bidi, zero-width) and unassigned characters are dropped; forbidden ones
    become `_`. Never empty, never `.` or `..`.
    """
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if not unicodedata.category(character).startswith("C")
    )
    kept = _FORBIDDEN.sub("_", kept).strip(" .")
    kept = unicodedata.normalize("NFC", kept) or "_"
    if _DEVICES.fullmatch(kept):
        kept = f"_{kept}"
    room = max_bytes - len(suffix.encode())
    cut = kept.encode()[:room].decode(errors="ignore").rstrip(" .") or "_"
    # a cut between base and combining character may compose anew
    return unicodedata.normalize("NFC", cut) + suffix


def split_suffix(name: str) -> tuple[str, str]:
    """Stem and lower-case suffix (`.pdf`) of a clerk's file name; suffixes that are no suffix stay."""
    stem, dot, suffix = name.rpartition(".")
    if dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix):
        return stem, f".{suffix.lower()}"
    return name, ""


def is_sound(path: str) -> bool:
    """Whether every component of a relative path keeps the rules of the package format."""
    return bool(path) and all(
        1 <= len(part.encode()) <= MAX_BYTES and component(part, max_bytes=10_000) == part
        for part in path.split("/")
    )


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, or the name with a counter when a folder has it already (compared without case)."""
    used = {each.casefold() for each in taken}
    stem, suffix = split_suffix(name)
    candidate, count = name, 1
    while candidate.casefold() in used:
        count += 1
        candidate = component(stem, f"-{count}{suffix}")
    return candidate
