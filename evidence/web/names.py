"""Names that browsers send with files: only a name, never a path."""

from __future__ import annotations

from pathlib import PurePath

_NAME_BYTES = 180


def safe_name(name: str) -> str:
    """The last part of what was sent, without anything that means more than a name."""
    last = PurePath(name.replace("\\", "/")).name
    clean = "".join(each for each in last if each.isprintable() and each not in '/\\:*?"<>|').strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    if not dot:
        stem, suffix = clean, ""
    while len(stem.encode(errors="replace")) > _NAME_BYTES:
        stem = stem[:-1]
    return f"{stem.strip(' .') or 'file'}{dot}{suffix[:10]}"
