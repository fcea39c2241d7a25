"""What of PDF/A-2b (ISO 19005-2:2011) we check ourselves, rule by rule; docs/pdfa.md has the table.

No validator is packaged where this project gets its tools, so this is no proof of conformance: glyph
widths, content streams' operators, ICC contents and the XMP schemas' details are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf

ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView", "/JavaScript",
}  # fmt: skip
ANNOTATIONS = {"/3D", "/Sound", "/Screen", "/Movie"}
EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")


def broken_rules(path: Path) -> set[str]:
    """Clauses of ISO 19005-2 that a file breaks, as far as we look."""
    data = path.read_bytes()
    found = set(_file(data))
    with pikepdf.open(path) as pdf:
        found |= set(_document(pdf)) | set(_metadata(pdf))
        for each in pdf.objects:
            for part in _parts(each):
                found |= set(_object(part))
        for page in pdf.pages:
            for annotation in page.get("/Annots", []):
                found |= set(_annotation(annotation))
    return found


def _parts(each: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """An object and the dictionaries directly in it; what it refers to comes by itself."""
    if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
        yield each
        values = [value for _key, value in each.items()]
    elif isinstance(each, pikepdf.Array):
        values = list(each)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _parts(value)


def _file(data: bytes) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7][\r\n]+%[\x80-\xff]{4}", data):
        yield "6.1.2 header"
    if b"/Encrypt" in data.rpartition(b"trailer")[2]:
        yield "6.1.3 encryption"


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/ID" not in pdf.trailer:
        yield "6.1.3 trailer ID"
    root = pdf.Root
    if "/OCProperties" in root and "/AS" in root.OCProperties.get("/D", {}):
        yield "6.9 optional content"
    intents = [each for each in root.get("/OutputIntents", []) if each.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        yield "6.2.3 output intent"
    elif intents[0].DestOutputProfile.get("/N") not in (1, 3, 4):
        yield "6.2.3 output profile"
    if "/AA" in root:
        yield "6.5.2 additional actions"
    form = root.get("/AcroForm", {})
    if form.get("/NeedAppearances", False) or "/XFA" in form:
        yield "6.4 interactive forms"
    names = root.get("/Names", {})
    if "/JavaScript" in names:
        yield "6.5.1 JavaScript"
    if "/EmbeddedFiles" in names:
        yield "6.8 embedded files"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in pdf.Root:
        yield "6.6.2 metadata"
        return
    if "/Filter" in pdf.Root.Metadata:
        yield "6.6.2.1 metadata filtered"
    text = pdf.Root.Metadata.read_bytes().decode("utf-8", "replace")
    part = re.search(r"pdfaid:part(?:>|=[\"'])(\d)", text)
    conformance = re.search(r"pdfaid:conformance(?:>|=[\"'])([ABU])", text)
    if part is None or part[1] not in "23" or conformance is None:
        yield "6.6.4 identification"


def _object(each: pikepdf.Object) -> Iterator[str]:
    kind, subtype = each.get("/Type"), each.get("/Subtype")
    if isinstance(each, pikepdf.Stream):
        filters = each.get("/Filter", [])
        names = {str(filters)} if isinstance(filters, pikepdf.Name) else {str(name) for name in filters}
        if "/LZWDecode" in names:
            yield "6.1.7.2 LZW"
        if "/Crypt" in names:
            yield "6.1.7.2 Crypt"
        if "/F" in each or "/FFilter" in each:
            yield "6.1.7.1 external stream"
        if subtype == "/Image" and (
            "/Alternates" in each or "/OPI" in each or each.get("/Interpolate", False)
        ):
            yield "6.2.8 images"
        if subtype == "/PS" or "/PS" in each:
            yield "6.2.9 PostScript"
    if each.get("/S") is not None and isinstance(each.get("/S"), pikepdf.Name) and str(each.S) in ACTIONS:
        yield "6.5.1 actions"
    if kind == "/FontDescriptor" and not any(name in each for name in EMBEDDED):
        yield "6.2.11.4 font not embedded"
    if kind == "/Font" and subtype in ("/TrueType", "/Type1", "/MMType1") and "/FontDescriptor" not in each:
        yield "6.2.11.4 font not embedded"
    if kind == "/ExtGState" and (
        "/TR" in each or each.get("/TR2", "/Default") != "/Default" or "/HTP" in each
    ):
        yield "6.2.5 graphics state"


def _annotation(each: pikepdf.Object) -> Iterator[str]:
    subtype = str(each.get("/Subtype"))
    if subtype in ANNOTATIONS:
        yield "6.3.1 annotation type"
    if subtype != "/Popup" and int(each.get("/F", 0)) & 0b100111 != 0b100:
        yield "6.3.2 annotation flags"
    box = [float(value) for value in each.get("/Rect", [0, 0, 0, 0])]
    empty = box[0] == box[2] and box[1] == box[3]
    if subtype not in ("/Popup", "/Link") and not empty and "/N" not in each.get("/AP", {}):
        yield "6.3.3 appearance"
    if "/AA" in each:
        yield "6.5.2 additional actions"
