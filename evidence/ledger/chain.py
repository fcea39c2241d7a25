"""The journal's hash chain: how a line names its predecessor, and how to check it.

A line is canonical JSON of `actor, at, digest, kind, payload, prev, seq`; `digest` is the SHA-256
of the same object without `digest`, `prev` the digest of the line before (64 zeros for the first).
In canonical order the digest stands before the payload, so that the first `,"digest":"` of a line
is always the line's own: inside a JSON string every quotation mark has a backslash before it.
Pure standard library.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger.canonical import encode

START = "0" * 64
"""`prev` of the first line."""
_MARK = b',"digest":"'
_AFTER_MARK = len(_MARK)
_AFTER_DIGEST = _AFTER_MARK + 65


def seal(fields: dict[str, Any], *, seq: int, prev: str) -> tuple[bytes, str]:
    """The finished line without newline, and its digest.

    Args:
        fields: `actor`, `at`, `kind`, `payload`.
        seq: 0-based position in the journal.
        prev: digest of the line before.

    Raises:
        ValueError: the payload is not canonical JSON, e.g. holds a float.
    """
    bare = encode({**fields, "prev": prev, "seq": seq})
    digest = sha256(bare).hexdigest()
    # `digest` sorts between `at` and `kind`; `at` never holds a quotation mark
    cut = bare.index(b'","kind":', bare.index(b',"at":"') + 7) + 1
    return b'%s,"digest":"%s"%s' % (bare[:cut], digest.encode(), bare[cut:]), digest


def check(lines: Sequence[bytes], *, seq: int = 0, prev: str = START) -> str:
    """Check that lines (without newline) continue the chain; returns the digest of the last.

    Args:
        seq: 0-based position of the first of them.
        prev: digest of the line before.

    Raises:
        LedgerDamagedError: naming the 1-based line of the journal that breaks the chain.
    """
    before = prev.encode()
    for line in lines:
        at = line.find(_MARK)
        digest = sha256(line[:at] + line[at + _AFTER_DIGEST :]).hexdigest().encode()
        if line[at + _AFTER_MARK : at + _AFTER_DIGEST - 1] != digest or not line.endswith(
            b',"prev":"%s","seq":%d}' % (before, seq)
        ):
            raise LedgerDamagedError(
                _("账本第 {line} 行与前文不连续：{why}。").format(
                    line=seq + 1, why=_why(line, seq, at, digest)
                ),
                where=_("journal.jsonl 第 {line} 行").format(line=seq + 1),
                remedy=_(
                    "请停止一切写入，保留现场，先用 evidence ledger verify 查看，"
                    "再用 evidence restore 从备份恢复。"
                ),
            )
        before = digest
        seq += 1
    return before.decode()


def is_line(line: bytes, *, seq: int, digest: str) -> bool:
    """Whether this is the line of that position and digest, whatever stands before it."""
    at = line.find(_MARK)
    return (
        at > 0
        and sha256(line[:at] + line[at + _AFTER_DIGEST :]).hexdigest() == digest
        and line[at + _AFTER_MARK : at + _AFTER_DIGEST - 1] == digest.encode()
        and line.endswith(b'","seq":%d}' % seq)
    )


def stated_digest(line: bytes) -> str:
    """The digest a line states; whether it is true is another question."""
    at = line.find(_MARK)
    return line[at + _AFTER_MARK : at + _AFTER_DIGEST - 1].decode("ascii", "replace")


def stated_seq(line: bytes) -> int:
    """The position a line states.

    Raises:
        ValueError: it states none.
    """
    return int(line[line.rfind(b":") + 1 : -1])


def _why(line: bytes, seq: int, at: int, digest: bytes) -> str:
    if at < 0 or not line.startswith(b"{") or not line.endswith(b"}"):
        return _("这一行不是账目")
    if line[at + _AFTER_MARK : at + _AFTER_DIGEST - 1] != digest:
        return _("内容与其摘要不符")
    if not line.endswith(b'"seq":%d}' % seq):
        return _("序号不对，有账目缺失、重复或被移动")
    return _("没有接在前一行之后")
