"""What a PDF signature covers, byte by byte (ISO 32000-2, 12.8.1; 7.5.6 incremental updates).

pyHanko says which objects changed. These checks say that no byte escapes: the gap of the byte range
holds the signature's hex digits and nothing else, and what follows the last signature is made of
declared objects, cross-reference data and white space only. A comment is white space (7.2.4).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import BinaryIO

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import read_object_header
from pyhanko.sign.validation import EmbeddedPdfSignature

from evidence.verify.algorithms import DigestOf, Hasher
from evidence.verify.container import CHUNK
from evidence.verify.window import window_of_stream

MAX_TAIL = 64 << 20
"""Largest update after a signature that is examined, bytes."""
_BLOCK = 1 << 16

_HEX = re.compile(rb"\s*<([0-9A-Fa-f\s]*)>\s*")
_PADDING = b"\0\x1a\t\n\f\r "
"""NUL, the end mark of CP/M and DOS, and PDF's own white space."""
_BETWEEN = re.compile(rb"(?:[\0\x1a\t\n\f\r ]|%[^\r\n]*(?:[\r\n]|\Z)|xref\s|startxref\s+\d+\s)*")
_SYNTAX = re.compile(rb"\d\s+\d+\s+obj\b|\bstream\b|\btrailer\b|startxref|%PDF-")


class Leftover(StrEnum):
    """What stands behind the end of the last revision."""

    NOTHING = "nothing"
    PADDING = "padding"
    """Line ends, NUL, ^Z."""
    OTHER = "other"
    """Comments, or bytes that are no PDF."""
    HIDDEN = "hidden"
    """Bytes that some reader could take for objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """One signature's byte range."""

    end: int
    """First byte after everything it covers; 0 when the range is unusable."""
    problem: str = ""
    """Chinese; empty when the range is sound."""


def size_of(stream: BinaryIO) -> int:
    """Length of a stream in bytes."""
    return stream.seek(0, 2)


def without_padding(stream: BinaryIO) -> tuple[BinaryIO, int]:
    """The stream up to its last byte that is no padding, and how many bytes of padding follow."""
    size = end = size_of(stream)
    while end > 0:
        start = max(0, end - _BLOCK)
        stream.seek(start)
        kept = len(stream.read(end - start).rstrip(_PADDING))
        end = start + kept
        if kept:
            break
    return io.BufferedReader(window_of_stream(stream, end)), size - end


def leftover(stream: BinaryIO, end: int) -> Leftover:
    """What the bytes from `end` on are, when they belong to no revision."""
    stream.seek(end)
    data = stream.read(MAX_TAIL + 1)
    if not data:
        return Leftover.NOTHING
    if not data.strip(_PADDING):
        return Leftover.PADDING
    return Leftover.HIDDEN if _SYNTAX.search(data) else Leftover.OTHER


def examine_byte_range(stream: BinaryIO, signature: EmbeddedPdfSignature, *, strict: bool) -> ByteRange:
    """Whether everything from the first byte on is signed but the signature's own hex digits.

    Args:
        stream: the file.
        signature: one of its signatures.
        strict: no white space in the gap, as our own files have none.
    """
    values = [int(value) for value in signature.byte_range]
    if len(values) != 4 or any(value < 0 for value in values):
        return ByteRange(end=0, problem="签名范围（ByteRange）不是两段")
    start, length, resume, rest = values
    size = size_of(stream)
    if start != 0:
        return ByteRange(end=0, problem="签名范围不从文件开头算起")
    if resume < length or resume + rest > size:
        return ByteRange(end=0, problem="签名范围越界或重叠")
    stream.seek(length)
    gap = stream.read(resume - length)
    match = _HEX.fullmatch(gap)
    if match is None or (strict and any(byte in _PADDING for byte in gap)):
        return ByteRange(end=0, problem="签名范围的空隙里藏有签名值以外的内容")
    digits = b"".join(match[1].split())
    if bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")) != signature.pkcs7_content:
        return ByteRange(end=0, problem="签名范围的空隙不是本签名的签名值")
    if rest < len(b"endobj"):
        return ByteRange(end=0, problem="签名范围没有包括文件结尾")
    return ByteRange(end=resume + rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What the bytes after the last signature are made of, byte for byte."""

    hidden: str = ""
    """Chinese: why some bytes could be taken for content that no revision declares; empty when none can."""
    unknown: str = ""
    """Chinese: what is there that is neither declared nor a danger."""
    metadata: bool = False
    """Whether document information or XMP metadata was written."""
    comments: bool = False
    """Whether comments stand between the objects: white space, but not in files of ours."""


def account_for(stream: BinaryIO, reader: PdfFileReader, end: int, revision: int) -> Update:
    """Explain the bytes from `end` on by the later revisions.

    Args:
        stream: the file.
        reader: the same, parsed.
        end: first byte after the last signature's range.
        revision: revision that signature belongs to.

    Raises:
        PdfReadError: an object of a later revision cannot be read.
    """
    size = size_of(stream)
    if size - end > MAX_TAIL:
        return Update(unknown="签名之后追加的内容过多")
    spans: set[tuple[int, int]] = set()
    newer = range(revision + 1, reader.xrefs.total_revisions)
    metadata = _metadata_objects(reader)
    allowed = _validation_objects(reader) | metadata
    written: set[int] = set()
    unknown = ""
    for number in newer:
        problem = _collect_spans(stream, reader, number, end, spans)
        if problem.hidden:
            return problem
        unknown = unknown or problem.unknown
        data = reader.xrefs.get_xref_data(number)
        ids = {object_id for object_id, _ in data.explicit_refs_in_revision}
        written |= ids
        if ids - allowed - set(data.obj_streams_used) - _own_stream(reader, number):
            unknown = unknown or "签名之后追加了验证资料以外的对象"
    gaps, between = _read_gaps(stream, end, spans, size)
    if between.hidden:
        return between
    unknown = unknown or between.unknown
    if gaps.rpartition(b"%%EOF")[2].strip(_PADDING):
        unknown = unknown or "文件结束之后另有注释"
    if gaps.count(b"%%EOF") != len(newer):
        unknown = unknown or "签名之后的修订数目与文件结束标记不符"
    return Update(
        unknown=unknown,
        metadata=bool(written & metadata),
        comments=b"%" in gaps.replace(b"%%EOF", b""),
    )


def _read_gaps(stream: BinaryIO, end: int, spans: set[tuple[int, int]], size: int) -> tuple[bytes, Update]:
    """The bytes from `end` on that belong to no object, and what is wrong with them."""
    position, gaps, unknown = end, b"", ""
    for first, last in sorted({*spans, (size, size)}):
        if first < position:
            return gaps, Update(hidden="签名之后的对象相互重叠")
        stream.seek(position)
        gap = stream.read(first - position)
        if _BETWEEN.fullmatch(gap) is None:
            if _SYNTAX.search(gap):
                return gaps, Update(hidden="签名之后夹有不属于任何修订的对象")
            unknown = unknown or "签名之后夹有不属于任何对象的字节"
        gaps += gap
        position = last
    return gaps, Update(unknown=unknown)


def _own_stream(reader: PdfFileReader, number: int) -> set[int]:
    reference = reader.xrefs.get_xref_container_info(number).stream_ref
    return set() if reference is None else {reference.idnum}


def _collect_spans(
    stream: BinaryIO, reader: PdfFileReader, number: int, end: int, spans: set[tuple[int, int]]
) -> Update:
    """Add where a revision's objects and cross-reference data lie; returns what is wrong with them."""
    data = reader.xrefs.get_xref_data(number)
    meta = reader.xrefs.get_xref_container_info(number)
    if meta.start_location < end:
        return Update(hidden="签名之后的交叉引用表放在签名范围之内")
    for object_id, (generation, offset) in data.standard_xrefs.items():
        if offset < end:
            reference = generic.Reference(object_id, generation, reader)
            if reader.xrefs.get_historical_ref(reference, number - 1) == offset:
                continue  # some producers write the whole table anew
            return Update(hidden="签名之后的交叉引用表改指旧内容")
        spans.add((offset, _object_end(stream, reader, object_id, generation, offset)))
    if meta.stream_ref is None:
        spans.add((meta.start_location, _trailer_end(stream, reader, meta.end_location)))
    else:
        own = meta.stream_ref
        stop = _object_end(stream, reader, own.idnum, own.generation, meta.start_location)
        spans.add((meta.start_location, stop))
    if data.hybrid is not None:
        return Update(unknown="签名之后追加了混合交叉引用表")
    if not data.explicit_refs_in_revision:
        return Update(unknown="签名之后追加了一个空修订")
    return Update()


def _metadata_objects(reader: PdfFileReader) -> set[int]:
    """Numbers of the objects with document information and XMP metadata (ISO 32000-2, 14.3)."""
    found: set[int] = set()
    for holder, key in ((reader.trailer, "/Info"), (reader.root, "/Metadata")):
        try:
            value = holder.raw_get(key)
        except KeyError:
            continue
        if isinstance(value, generic.IndirectObject):
            found.add(value.idnum)
    return found


def _validation_objects(reader: PdfFileReader) -> set[int]:
    """Numbers of the objects that an update with validation data may write (ISO 32000-2, 12.8.4.3)."""
    allowed = {reader.root_ref.idnum}
    pending: list[generic.PdfObject] = [
        reader.root.raw_get(key) for key in ("/DSS", "/Extensions") if key in reader.root
    ]
    while pending:
        item = pending.pop()
        if isinstance(item, generic.IndirectObject):
            if item.idnum in allowed:
                continue
            allowed.add(item.idnum)
            item = item.get_object()  # type: ignore[no-untyped-call]
        if isinstance(item, generic.DictionaryObject):
            pending.extend(item.raw_get(key) for key in item)
        elif isinstance(item, generic.ArrayObject):
            pending.extend(item.raw_get(position) for position in range(len(item)))
    return allowed


def _object_end(stream: BinaryIO, reader: PdfFileReader, id: int, generation: int, offset: int) -> int:
    stream.seek(offset)
    found = read_object_header(stream, strict=True)  # type: ignore[no-untyped-call]
    if found != (id, generation):
        raise misc.PdfReadError(f"object {id} is not at {offset}")
    generic.read_object(stream, generic.Reference(id, generation, reader))
    misc.skip_over_whitespace(stream)
    if stream.read(6) != b"endobj":
        raise misc.PdfReadError(f"object {id} has no end")
    return stream.tell()


def _trailer_end(stream: BinaryIO, reader: PdfFileReader, start: int) -> int:
    """End of the trailer dictionary behind a cross-reference table."""
    stream.seek(start)
    misc.skip_over_whitespace(stream)
    at = stream.tell()
    if stream.read(7) == b"trailer":
        misc.skip_over_whitespace(stream)
    else:
        stream.seek(at)
    trailer = generic.TrailerReference(reader)  # type: ignore[no-untyped-call]
    generic.DictionaryObject.read_from_stream(stream, trailer)
    return stream.tell()


def digest_of_ranges(stream: BinaryIO, edges: list[int]) -> DigestOf:
    """Digest of the parts of a file that a byte range names, one after the other."""

    @cache
    def digest(algorithm: str) -> bytes:
        hasher = Hasher(algorithm)
        for start, length in zip(edges[::2], edges[1::2], strict=False):
            stream.seek(max(0, start))
            left = length
            while left > 0 and (block := stream.read(min(CHUNK, left))):
                hasher.update(block)
                left -= len(block)
        return hasher.digest()

    return digest


def was_rewritten(reader: PdfFileReader, value: generic.PdfObject) -> bool:
    """Whether a signature dictionary stands in more than one revision."""
    if not isinstance(value, generic.IndirectObject):
        return False
    reference = value.reference
    try:
        first: int = reader.xrefs.get_introducing_revision(reference)
        return bool(first < reader.xrefs.get_last_change(reference))
    except KeyError:
        return False
