"""Names of files as hostile input: which are ignored, how they are shown, how they are stored."""

from __future__ import annotations

import os
import unicodedata

README = "README.md"
"""The clerk's own guide in the inbox: ours, not material."""
IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_SYSTEM_DOTS = frozenset({".ds_store", ".directory", ".spotlight-v100", ".trashes", ".fseventsd"})
_IGNORED_PREFIXES = (".", "~$")
_IGNORED_SUFFIXES = (".part", ".crdownload", ".filepart")
_FORBIDDEN = '<>:"/\\|?*%'
MAX_COMPONENT_BYTES = 120


def is_ignored(name: str) -> bool:
    """Whether a file name is never an arrival: system litter, lock files, unfinished downloads, dot files."""
    lowered = name.lower()
    return (
        lowered in IGNORED_NAMES
        or lowered.startswith(_IGNORED_PREFIXES)
        or lowered.endswith(_IGNORED_SUFFIXES)
    )


def why_ignored(path: str) -> str:
    """What a file is that is never an arrival, in Chinese."""
    name = path.rpartition("/")[2].lower()
    if path == README:
        return "收件夹的说明"
    if name.startswith("~$"):
        return "Office 打开时的临时文件"
    if name.endswith(_IGNORED_SUFFIXES):
        return "没有下载完的文件"
    return "系统文件" if name in IGNORED_NAMES or name in _SYSTEM_DOTS else "隐藏文件"


def shown(path: str) -> str:
    """A path as the clerk named it: NFC, old GBK bytes read as Chinese, nothing invisible.

    Control characters (a newline in a name would forge a line in every list) become `�`.
    """
    if any("\udc80" <= character <= "\udcff" for character in path):
        raw = os.fsencode(path)
        try:
            path = raw.decode("gb18030")
        except UnicodeDecodeError:
            path = raw.decode("utf-8", errors="replace")
    text = unicodedata.normalize("NFC", path)
    return "".join("�" if _invisible(character) else character for character in text)


def own_bytes(path: str) -> str:
    """A path's own bytes in hexadecimal, where they are not the UTF-8 of what is shown; else empty."""
    return own_bytes_of(os.fsencode(path), shown(path))


def own_bytes_of(raw: bytes, shown_as: str) -> str:
    """A name's own bytes in hexadecimal, where they are not the UTF-8 of what is shown; else empty."""
    return "" if raw == shown_as.encode() else raw.hex()


def _invisible(character: str) -> bool:
    # Cf holds the bidirectional overrides that make `gpj.exe` read as `exe.jpg`; Cs lone surrogates.
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def storable(name: str, limit: int = MAX_COMPONENT_BYTES) -> str:
    """One path component for our own folders: no separators, no tricks, at most `limit` UTF-8 bytes.

    The extension survives shortening; an empty result becomes `文件`.
    """
    text = "".join(
        "_" if character in _FORBIDDEN or character == "�" else character for character in shown(name)
    )
    text = text.strip(" .")
    if not text:
        return "文件"
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension.encode()) > 12:
        stem, dot, extension = text, "", ""
    room = limit - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension
