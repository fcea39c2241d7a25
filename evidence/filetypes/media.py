"""What a file is, by its content; the extension is a claim that is checked, never believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evidence.filetypes import ole, package

HEAD_BYTES = 4096


class Family(StrEnum):
    """How an arrival is understood."""

    PDF = "pdf"
    IMAGE = "image"
    FOOTAGE = "footage"
    OFFICE = "office"
    TABLE = "table"
    """Recorder exports and card files: CSV, JSON, XML, INI, DAT, and XLSX that is an export."""
    CONTAINER = "container"
    """Holds other files: archives and messages."""
    OTHER = "other"


PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
AVIF = "image/avif"
MP4 = "video/mp4"
MOV = "video/quicktime"
AVI = "video/x-msvideo"
MKV = "video/x-matroska"
M4A = "audio/mp4"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
JSON = "application/json"
XML = "application/xml"
INI = "text/x-ini"
DAT = "application/x-recorder-card"
ZIP = "application/zip"
EML = "message/rfc822"
MSG = "application/vnd.ms-outlook"
DICOM = "application/dicom"
UNKNOWN = "application/octet-stream"

FAMILIES: dict[str, Family] = {
    PDF: Family.PDF,
    **dict.fromkeys((JPEG, PNG, TIFF, BMP, WEBP, HEIC, AVIF), Family.IMAGE),
    **dict.fromkeys((MP4, MOV, AVI, MKV, M4A), Family.FOOTAGE),
    **dict.fromkeys((DOCX, XLSX), Family.OFFICE),
    **dict.fromkeys((CSV, JSON, XML, INI, DAT), Family.TABLE),
    **dict.fromkeys((ZIP, EML, MSG), Family.CONTAINER),
}

CLAIMS: dict[str, str] = {
    "pdf": PDF,
    "jpg": JPEG,
    "jpeg": JPEG,
    "jpe": JPEG,
    "jfif": JPEG,
    "png": PNG,
    "tif": TIFF,
    "tiff": TIFF,
    "bmp": BMP,
    "webp": WEBP,
    "heic": HEIC,
    "heif": HEIC,
    "avif": AVIF,
    "mp4": MP4,
    "m4v": MP4,
    "m4a": M4A,
    "mov": MOV,
    "avi": AVI,
    "mkv": MKV,
    "docx": DOCX,
    "xlsx": XLSX,
    "csv": CSV,
    "json": JSON,
    "xml": XML,
    "ini": INI,
    "dat": DAT,
    "zip": ZIP,
    "eml": EML,
    "msg": MSG,
}
"""What each accepted extension claims."""

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_FILM_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso8", b"mp41", b"mp42", b"mp71", b"avc1"}
    | {b"M4V ", b"M4VH", b"M4VP", b"f4v ", b"MSNV", b"mmp4", b"dash", b"dby1", b"ndas", b"XAVC", b"hvc1"}
)
_FOREIGN: Mapping[bytes, str] = {
    b"MZ": "application/x-msdownload",
    b"\x7fELF": "application/x-executable",
    b"#!": "text/x-script",
    b"Rar!\x1a\x07": "application/vnd.rar",
    b"7z\xbc\xaf\x27\x1c": "application/x-7z-compressed",
    b"\x1f\x8b": "application/gzip",
    b"BZh": "application/x-bzip2",
    b"\xfd7zXZ\x00": "application/x-xz",
    b"GIF8": "image/gif",
    b"{\\rtf": "application/rtf",
}
ARCHIVES = frozenset(
    {"application/vnd.rar", "application/x-7z-compressed", "application/gzip", "application/x-tar"}
    | {"application/x-bzip2", "application/x-xz"}
)
"""Archives that are not opened here: a person unpacks them."""
_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_OF_MAIL = re.compile(rb"^(mime-version|received|message-id|from|to|subject|date):", re.I | re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Content and claim side by side."""

    type: str
    """Media type by content; `application/octet-stream` when the bytes say nothing."""
    claimed: str
    """Media type the extension claims; empty for an unknown or missing extension."""
    polyglot: bool = False
    """Reads as two kinds of file at once."""
    encrypted: bool = False
    """An Office file behind a password."""

    @property
    def family(self) -> Family:
        """How it is understood."""
        return FAMILIES.get(self.type, Family.OTHER)

    @property
    def mismatch(self) -> bool:
        """Name and content are of different kinds.

        Messengers rename pictures freely and recorders give MOV the name MP4: within pictures and
        within footage the content simply wins.
        """
        if self.polyglot:
            return True
        if self.encrypted:
            return False
        if not self.claimed or self.type == UNKNOWN:
            return False
        return FAMILIES.get(self.claimed) is not self.family or (
            self.family is Family.OFFICE and self.claimed != self.type
        )


def identify_media(path: Path, name: str) -> Media:
    """What a file is.

    Args:
        path: where it lies.
        name: the name it arrived under, for the claim.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    claimed = CLAIMS.get(extension(name), "")
    encrypted = False
    found = _by_magic(head)
    if found == ZIP:
        # The list of contents stands at the end: a cut document is still a document.
        inside = package.main_kind(path)
        found = (claimed if claimed in {DOCX, XLSX} else ZIP) if inside is None else inside
        found = found or package.stated_kind(path) or ZIP
    elif found == ole.STORAGE:
        found, encrypted = ole.kind_of(path)
    elif found == UNKNOWN:
        found = _by_text(head, claimed)
    polyglot = FAMILIES.get(found) in _NEVER_TWO and _hides_pdf(head)
    return Media(type=found, claimed=claimed, polyglot=polyglot, encrypted=encrypted)


_NEVER_TWO = frozenset({Family.IMAGE, Family.FOOTAGE, Family.OFFICE})
"""Families whose files never hold another whole document at their beginning."""


def extension(name: str) -> str:
    """Lower-case extension without the dot; empty when there is none."""
    stem, dot, end = name.rpartition(".")
    return end.lower() if dot and stem else ""


_AT_ONCE: Mapping[bytes, str] = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
"""First bytes that say it, whatever follows."""
_UNLESS_DICOM: Mapping[bytes, str] = {
    **dict.fromkeys((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), TIFF),
    b"\x1aE\xdf\xa3": MKV,
    **dict.fromkeys((b"PK\x03\x04", b"PK\x05\x06"), ZIP),
    ole.MAGIC: ole.STORAGE,
}
"""First bytes that say it unless the file is DICOM, whose first 128 bytes are anybody's (PS3.10, 7.1)."""


def _by_magic(head: bytes) -> str:
    if kind := _begins(head, _AT_ONCE):
        return kind
    if head[128:132] == b"DICM":
        return DICOM
    if kind := _begins(head, _UNLESS_DICOM):
        return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12], UNKNOWN)
    if head.startswith(b"BM") and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    if head[257:262] == b"ustar":
        return "application/x-tar"
    # Readers accept up to 1024 bytes of noise before the header (ISO 32000-1 annex H.3.4.1); scanners
    # and mail gateways produce it, but only when nothing else claims the first bytes.
    late_pdf = PDF if b"%PDF-" in head[:1024] and not _is_text(head) else UNKNOWN
    return _begins(head, _FOREIGN) or _by_box(_without_marks(head)) or late_pdf


def _begins(head: bytes, kinds: Mapping[bytes, str]) -> str:
    """The kind whose first bytes these are; empty when they are none's."""
    return next((kind for magic, kind in kinds.items() if head.startswith(magic)), "")


def _without_marks(head: bytes) -> bytes:
    """Some stations put byte order marks before the first box, any number of them."""
    while head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    return head


_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_MOVIE_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def _by_box(head: bytes) -> str:
    """ISO base media and QuickTime; the brands say which, and an unknown one says nothing."""
    if head[4:8] not in _MOVIE_BOXES:
        return ""
    if head[4:8] != b"ftyp":
        return MOV
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return AVIF
    for brand in brands:
        if brand in _HEIC_BRANDS:
            return HEIC
        if brand == b"qt  ":
            return MOV
        if brand.startswith((b"M4A", b"M4B")):
            return M4A
        if brand in _FILM_BRANDS or brand[:3] in {b"3gp", b"3g2"}:
            return MP4
    # a recorder's own brand: what follows tells a film from a picture
    return MP4 if head[end + 4 : end + 8] in _MOVIE_BOXES else UNKNOWN


def _by_text(head: bytes, claimed: str) -> str:
    """Text has no magic: among texts the extension decides, and Chinese stations write GBK."""
    mark = _without_marks(head).lstrip()
    if claimed == EML and b"\0" not in head and _HEADER_LINE.match(mark):
        return EML  # each part of a message may be in an encoding of its own
    if FAMILIES.get(claimed) is Family.TABLE and claimed != DAT:
        head = head.rstrip(b"\0")  # a list whose last cluster was saved whole
    if not head or not _is_text(head):
        return DAT if claimed == DAT and head and b"\x00" not in head[:64] else UNKNOWN
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<svg", b"<script")):
        return "text/html"
    if claimed == EML or (_HEADER_LINE.match(start) and len(set(_OF_MAIL.findall(head.lower()))) >= 3):
        return EML
    if FAMILIES.get(claimed) is Family.TABLE:
        return claimed
    if start.startswith(b"<?xml"):
        return XML
    return "text/plain"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                continue
        controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
        return controls * 50 <= len(head)
    return False


def _hides_pdf(head: bytes) -> bool:
    """A PDF header inside the first kilobyte of something else: two readers would see two documents."""
    return b"%PDF-" in head[:1024]
