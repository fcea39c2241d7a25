"""Signatures of a PDF whose structure cannot be read: only whether their digests are wrong.

What is broken may be the very thing that was changed. A byte range and the hex digits in its gap can
be found without any structure, and a digest that differs is proof; one that agrees proves nothing here.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from evidence.verify.algorithms import DigestOf
from evidence.verify.cms import Signed, Token, load_contents, read_signature, read_token
from evidence.verify.model import Integrity
from evidence.verify.pdf.structure import digest_of_ranges, size_of

MOST_BYTES = 256 << 20
_MOST_RANGES = 64
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


def changed_without_structure(stream: BinaryIO) -> str:
    """Chinese: what is wrong with a digest found in the bare bytes; empty when nothing is known to be."""
    if size_of(stream) > MOST_BYTES:
        return ""
    stream.seek(0)
    data = stream.read()
    for match in list(_RANGE.finditer(data))[:_MOST_RANGES]:
        start, length, resume, rest = (int(edge) for edge in match.groups())
        gap = data[start + length : resume].strip()
        if start or resume + rest > len(data) or not (gap.startswith(b"<") and gap.endswith(b">")):
            continue
        found = _read(gap[1:-1], digest_of_ranges(stream, [start, length, resume, rest]))
        if found and found.integrity is Integrity.FAILED and found.sub_indication == "HASH_FAILURE":
            return found.problem
    return ""


def _read(digits: bytes, digest_of: DigestOf) -> Signed | Token | None:
    try:
        signed, _ = load_contents(bytes.fromhex(digits.decode("ascii")))
        stamp = signed["encap_content_info"]["content_type"].native == "tst_info"
    except Exception:  # no CMS there
        return None
    return read_token(signed, digest_of) if stamp else read_signature(signed, digest_of)
