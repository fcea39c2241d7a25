"""Mainland punctuation for the free Kai face.

AR PL UKai draws the comma and full stop in the middle of their square, as Taiwan does, in all of
its faces. So in the copy of a document that goes to LibreOffice the punctuation of every Kai run is
set in the Song face, which puts it at the lower left; the docx that is kept stays as filled.
"""

from __future__ import annotations

import io
import re
import zipfile

from evidence.forms.fill import BOUNDS
from evidence.isolation.calls import run_bounded

_RUN = re.compile(
    r"<w:r(?: [^>]*)?>"
    r"(<w:rPr>(?:(?!</w:rPr>).)*?楷体(?:(?!</w:rPr>).)*?</w:rPr>)"
    r"((?:<w:t(?: [^>]*)?>[^<]*</w:t>|<w:br(?: [^>]*)?/>|<w:tab/>)+)</w:r>"
)
"""A Kai run: text, and the breaks of a text of several lines."""
_PART = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:br(?: [^>]*)?/>|<w:tab/>")
_PUNCTUATION = re.compile("([，。、；：！？（）“”‘’《》〔〕]+)")
_KAI = re.compile("楷体(?:_GB2312)?")


def _split(match: re.Match[str]) -> str:
    properties, content = match.groups()
    if not _PUNCTUATION.search(content):
        return match[0]
    song = _KAI.sub("宋体", properties)
    opening = '<w:t xml:space="preserve">'
    pieces = []
    for part in _PART.finditer(content):
        if part[1] is None:
            pieces.append(f"<w:r>{properties}{part[0]}</w:r>")
            continue
        for index, piece in enumerate(_PUNCTUATION.split(part[1])):
            if piece:
                face = song if index % 2 else properties
                pieces.append(f"<w:r>{face}{opening}{piece}</w:t></w:r>")
    return "".join(pieces)


def for_rendering(docx: bytes) -> bytes:
    """The document as LibreOffice should see it; it came from a person's template, so a child opens it.

    Raises:
        InputError: it cannot be read within the bounds.
    """
    return run_bounded(with_song_punctuation, docx, BOUNDS)


def with_song_punctuation(docx: bytes) -> bytes:
    """See `for_rendering`; to be called in the bounded process."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            data = source.read(entry.filename)
            if entry.filename == "word/document.xml":
                data = _RUN.sub(_split, data.decode("utf-8")).encode("utf-8")
            target.writestr(entry.filename, data, zipfile.ZIP_STORED)
    return out.getvalue()
