"""Checkpoints in C2SP tlog-checkpoint text: origin, tree size, root in Base64.

The text is what the weekly package carries and what the regulator's receipt names by its
fingerprint; its signature is the package's own. Pure standard library.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head as some log states it."""

    origin: str
    """The log's name, e.g. `evidence.example/WJB`; no spaces, no plus sign."""
    size: int
    """Journal lines under it."""
    root: bytes
    """RFC 6962 root, 32 bytes."""
    extensions: tuple[str, ...] = ()
    """Further lines of the note's text, e.g. `week 2022-W13`."""


def make(checkpoint: Checkpoint) -> str:
    """The checkpoint's text, each line ended by a newline.

    Raises:
        ValueError: the origin or an extension is empty or holds a newline, or the root is no root.
    """
    lines = [checkpoint.origin, str(checkpoint.size), base64.b64encode(checkpoint.root).decode()]
    lines.extend(checkpoint.extensions)
    if checkpoint.size < 0 or len(checkpoint.root) != 32:
        raise ValueError("a checkpoint needs a size and a root of 32 bytes")
    if any(not line or "\n" in line or "\r" in line for line in lines):
        raise ValueError("a checkpoint line is empty or holds a line break")
    return "\n".join(lines) + "\n"


def parse(text: str) -> Checkpoint:
    """The checkpoint behind its text; signature lines after a blank line are left aside.

    Raises:
        ValueError: not such a text.
    """
    body, _separator, _signatures = text.partition("\n\n")
    lines = body.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines[:3]):
        raise ValueError("a checkpoint has an origin, a size and a root")
    origin, size, encoded, *extensions = lines
    if _SIZE.fullmatch(size) is None:
        raise ValueError(f"{size!r} is no tree size")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{encoded!r} is no root") from error
    if len(decoded) != 32 or base64.b64encode(decoded).decode() != encoded:
        raise ValueError(f"{encoded!r} is no root of 32 bytes")
    return Checkpoint(origin=origin, size=int(size), root=decoded, extensions=tuple(extensions))


def fingerprint(text: str) -> str:
    """Sixteen Base32 characters (80 bits) of the text's SHA-256, for people to copy from paper."""
    return base64.b32encode(sha256(text.encode()).digest()).decode()[:16]


def grouped(fingerprint: str) -> str:
    """`ABCD-EFGH-IJKL-MNOP`: as people read it, on paper and on the screen; readers ignore the hyphens."""
    return "-".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
