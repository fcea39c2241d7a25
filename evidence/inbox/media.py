"""What a file is, by its content; the extension is a claim that is checked, never believed."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evidence.inbox.names import extension

HEAD_BYTES = 4096


class Family(StrEnum):
    """How an arrival is understood."""

    PDF = "pdf"
    IMAGE = "image"
    FOOTAGE = "footage"
    OFFICE = "office"
    TABLE = "table"
    """Recorder exports and card files: CSV, JSON, XML, INI, DAT, and XLSX that is an export."""
    OTHER = "other"


PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
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
UNKNOWN = "application/octet-stream"

FAMILIES: dict[str, Family] = {
    PDF: Family.PDF,
    **dict.fromkeys((JPEG, PNG, TIFF, BMP, WEBP, HEIC), Family.IMAGE),
    **dict.fromkeys((MP4, MOV, AVI, MKV, M4A), Family.FOOTAGE),
    **dict.fromkeys((DOCX, XLSX), Family.OFFICE),
    **dict.fromkeys((CSV, JSON, XML, INI, DAT), Family.TABLE),
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
}
"""What each accepted extension claims."""

_ISO_BRANDS_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", "application/rtf"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Content and claim side by side."""

    type: str
    """Media type by content; `application/octet-stream` when the bytes say nothing."""
    claimed: str
    """Media type the extension claims; empty for an unknown or missing extension."""
    polyglot: bool = False
    """Reads as two kinds of file at once."""

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
    found = _by_magic(head)
    if found == "application/zip":
        found = _inside_zip(path, claimed)
    if found == UNKNOWN:
        found = _by_text(head, claimed)
    return Media(type=found, claimed=claimed, polyglot=found != PDF and _hides_pdf(head, found))


def _by_magic(head: bytes) -> str:
    # Readers accept up to 1024 bytes of noise before the header (ISO 32000-1 annex H.3.4.1); scanners
    # and mail gateways produce it, but only when nothing else claims the first bytes.
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return TIFF
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12], UNKNOWN)
    if head.startswith(b"\x1aE\xdf\xa3"):
        return MKV
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "application/zip"
    if head.startswith(b"BM") and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            return kind
    return _by_box(head.removeprefix(b"\xef\xbb\xbf\xef\xbb\xbf")) or (
        PDF if b"%PDF-" in head[:1024] and not _is_text(head) else UNKNOWN
    )


_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_MOVIE_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def _by_box(head: bytes) -> str:
    """ISO base media and QuickTime; some stations put six BOM bytes before the first box."""
    if head[4:8] not in _MOVIE_BOXES:
        return ""
    if head[4:8] != b"ftyp":
        return MOV
    brand = head[8:12]
    if brand in _ISO_BRANDS_HEIC:
        return HEIC
    if brand == b"qt  ":
        return MOV
    return M4A if brand.startswith(b"M4A") else MP4


def _inside_zip(path: Path, claimed: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # The list of contents stands at the end: a cut document is still a document.
        return claimed if claimed in {DOCX, XLSX} else "application/zip"
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return DOCX
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return XLSX
    return "application/zip"


def _by_text(head: bytes, claimed: str) -> str:
    """Text has no magic: among texts the extension decides, and Chinese stations write GBK."""
    if not head or not _is_text(head):
        return DAT if claimed == DAT and head and b"\x00" not in head[:64] else UNKNOWN
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<svg", b"<script")):
        return "text/html"
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


def _hides_pdf(head: bytes, found: str) -> bool:
    """A PDF header inside the first kilobyte of something else: two readers would see two documents."""
    return found != UNKNOWN and not found.startswith("text/") and b"%PDF-" in head[:1024]
