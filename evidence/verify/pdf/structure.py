"""What a PDF signature covers, byte by byte (ISO 32000-2, 12.8.1; 7.5.6 incremental updates).

pyHanko says which objects changed. These checks say that no byte escapes: the gap of the byte range
holds the signature's hex digits and nothing else, and what follows the last signature is made of
declared objects, cross-reference data and an end marker only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import read_object_header
from pyhanko.sign.validation import EmbeddedPdfSignature

MAX_TAIL = 64 << 20
"""Largest update after a signature that is examined, bytes."""

_HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
_BETWEEN = re.compile(rb"(?:\s|%%EOF|xref\s|startxref\s+\d+\s)*")


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


def examine_byte_range(stream: BinaryIO, signature: EmbeddedPdfSignature) -> ByteRange:
    """Whether everything from the first byte on is signed but the signature's own hex digits."""
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
    match = _HEX.fullmatch(stream.read(resume - length))
    if match is None:
        return ByteRange(end=0, problem="签名范围的空隙里藏有签名值以外的内容")
    digits = match[1] + b"0" * (len(match[1]) % 2)
    if bytes.fromhex(digits.decode("ascii")) != signature.pkcs7_content:
        return ByteRange(end=0, problem="签名范围的空隙不是本签名的签名值")
    if rest < len(b"endobj") or size - (resume + rest) < 0:
        return ByteRange(end=0, problem="签名范围没有包括文件结尾")
    return ByteRange(end=resume + rest)


def unaccounted(stream: BinaryIO, reader: PdfFileReader, end: int, revision: int) -> str:
    """Why the bytes from `end` on are not fully explained by the later revisions; empty when they are.

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
        return "签名之后追加的内容过多"
    spans: set[tuple[int, int]] = set()
    newer = range(revision + 1, reader.xrefs.total_revisions)
    if not newer:
        return "签名之后有不属于任何修订的字节"
    allowed = _validation_objects(reader)
    for number in newer:
        problem = _collect_spans(stream, reader, number, end, spans, allowed)
        if problem:
            return problem
    position, gaps = end, b""
    for first, last in sorted({*spans, (size, size)}):
        if first < position:
            return "签名之后的对象相互重叠"
        stream.seek(position)
        gap = stream.read(first - position)
        if _BETWEEN.fullmatch(gap) is None:
            return "签名之后夹有不属于任何对象的内容"
        gaps += gap
        position = last
    if gaps.count(b"%%EOF") != len(newer):
        return "签名之后的修订数目与文件结束标记不符"
    return ""


def _collect_spans(
    stream: BinaryIO,
    reader: PdfFileReader,
    number: int,
    end: int,
    spans: set[tuple[int, int]],
    allowed: set[int],
) -> str:
    """Add where a revision's objects and cross-reference data lie; returns what is wrong with them."""
    data = reader.xrefs.get_xref_data(number)
    meta = reader.xrefs.get_xref_container_info(number)
    if not data.explicit_refs_in_revision:
        return "签名之后追加了一个空修订"
    if data.hybrid is not None:
        return "签名之后追加了混合交叉引用表"
    if meta.start_location < end:
        return "签名之后的交叉引用表放在签名范围之内"
    containers = set(data.obj_streams_used)
    if meta.stream_ref is not None:
        containers.add(meta.stream_ref.idnum)
    if {object_id for object_id, _ in data.explicit_refs_in_revision} - allowed - containers:
        return "签名之后追加了验证资料以外的对象"
    for object_id, (generation, offset) in data.standard_xrefs.items():
        if offset < end:
            return "签名之后的交叉引用表改指旧内容"
        spans.add((offset, _object_end(stream, reader, object_id, generation, offset)))
    if meta.stream_ref is None:
        spans.add((meta.start_location, _trailer_end(stream, reader, meta.end_location)))
    else:
        own = meta.stream_ref
        stop = _object_end(stream, reader, own.idnum, own.generation, meta.start_location)
        spans.add((meta.start_location, stop))
    return ""


def _validation_objects(reader: PdfFileReader) -> set[int]:
    """Numbers of the objects that an update with validation data may write (ISO 32000-2, 12.8.4.3)."""
    allowed = {reader.root_ref.idnum}
    for holder, key in ((reader.trailer, "/Info"), (reader.root, "/Metadata")):
        try:
            value = holder.raw_get(key)
        except KeyError:
            continue
        if isinstance(value, generic.IndirectObject):
            allowed.add(value.idnum)
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
