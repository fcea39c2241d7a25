"""Changed packages and signed PDFs put before the verifier: never a crash, never passed unless untouched.

Whatever way a file was changed, the answer is held against the bytes alone: a package may pass when what
an ordinary unzip takes out of it is byte for byte what was signed, a PDF when every signed byte stands.
"""

from __future__ import annotations

import io
import json
import random
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bench import fuzz_structures as structures
from bench.fuzz_changes import NUMBERS, changed, flipped
from evidence.errors import EvidenceError, ExitCode
from evidence.ledger.chain import seal
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Report
from tests.outside.repacked_packages.rezipper import BESIDE, JUNK, rezip
from tests.support.forgery import (
    append_update,
    contract,
    incremental_forgeries,
    signature_object,
    universal_forgeries,
)
from tests.support.packing import (
    SIGNATURE,
    Files,
    rebuild_manifests,
    sign_cms,
    sign_pdf,
    to_folder,
    to_zip,
    two_weeks,
)
from tests.support.pki import shared_pki

LIMIT_S = 240.0
"""Seconds by the clock; one PDF may use 20 of a processor."""
AT = datetime(2022, 4, 2, tzinfo=UTC)
SIGNED = datetime(2022, 4, 1, 7, tzinfo=UTC)
NAME = "WJB-2022-W13"
_JUNK = frozenset((*JUNK, *BESIDE))
_JOURNAL = "data/ledger/journal.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is put before the verifier."""

    files: Files | None = None
    """A package as a folder."""
    archive: bytes = b""
    pdf: bytes = b""
    signed: bytes = b""
    """The PDF before it was changed."""
    own_key: bool = False
    """Signed anew by the agency itself: it may pass, only a crash is a fault."""


def make(seed: int) -> Case:
    """One case."""
    dice = random.Random(seed)
    if dice.random() < 0.35:
        return _pdf_case(dice)
    files = dict(two_weeks()[1])
    own_key = dice.random() < 0.25
    if dice.random() < 0.8:
        files = _spoiled(files, dice)
        if own_key:
            files = rebuild_manifests(files)
            files[SIGNATURE] = sign_cms(files["tagmanifest-sha256.txt"], shared_pki(), SIGNED)
        elif dice.random() < 0.5:
            files = rebuild_manifests(files)
    if dice.random() < 0.3 and _portable(files):
        return Case(files=files, own_key=own_key)
    archive = to_zip(files, NAME) if dice.random() < 0.6 else rezip(files, NAME, beside=_beside(dice))
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        change = dice.choice((structures.zip_header, structures.zip_entry, flipped))
        archive = change(archive, dice)
    return Case(archive=archive, own_key=own_key)


def fault(folder: Path, seed: int) -> str:
    """What is wrong with the answer to one case; empty when nothing is."""
    case = make(seed)
    path = folder / (f"{NAME}.pdf" if case.pdf else NAME if case.files else f"{NAME}.zip")
    if case.files:
        to_folder(case.files, path)
    else:
        path.write_bytes(case.pdf or case.archive)
    begin = time.monotonic()
    try:
        report = verify_path(path, trust=[shared_pki().root.pem], at=AT)
    except EvidenceError as error:
        return "" if error.exit_code is not ExitCode.UNEXPECTED else f"exit 1: {error}"
    spent = time.monotonic() - begin
    if spent > LIMIT_S:
        return f"{spent:.0f} s"
    return _contradiction(report) or _wrong_pass(report, case)


def _contradiction(report: Report) -> str:
    failed = [check.id for check in report.checks if check.kind == "fail" and check.decides]
    if (report.indication is Indication.FAILED) is not bool(failed):
        return f"{report.indication} beside failed checks {failed}"
    if report.exit_code is ExitCode.UNEXPECTED:
        return "exit 1"
    return ""


def _wrong_pass(report: Report, case: Case) -> str:
    if report.indication is not Indication.PASSED or case.own_key:
        return ""
    if case.pdf:
        return "" if _signed_bytes_stand(case) else "a changed PDF passed"
    taken = case.files if case.files is not None else _taken_out(case.archive)
    if taken is None:
        return "a package passed that an ordinary unzip refuses"
    differing = _differing(taken)
    return f"a changed package passed: {differing[:3]}" if differing else ""


def _signed_bytes_stand(case: Case) -> bool:
    """Every byte but the signature's own value, and nothing but padding behind the end."""
    start, end = _gap(case.signed)
    same = case.pdf[:start] == case.signed[:start] and case.pdf[end : len(case.signed)] == case.signed[end:]
    return same and not case.pdf[len(case.signed) :].strip(b"\0\x1a\r\n\t ")


def _gap(signed: bytes) -> tuple[int, int]:
    _number, body = signature_object(signed)
    found = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) ", body)
    assert found is not None, "our own signed PDF has a byte range"
    return int(found[1]), int(found[2])


def _taken_out(archive: bytes) -> Files | None:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {each.filename: opened.read(each) for each in opened.infolist() if not each.is_dir()}
    except Exception:
        return None


def _differing(taken: Mapping[str, bytes]) -> list[str]:
    """Names whose content is not what was signed, missing ones and undeclared ones."""
    signed = {unicodedata.normalize("NFC", name): content for name, content in two_weeks()[1].items()}
    found: dict[str, bytes] = {}
    for name, content in taken.items():
        plain = unicodedata.normalize("NFC", name.replace("\\", "/"))
        inner = plain.removeprefix(f"{NAME}/")
        double = inner.rpartition("/")[2].startswith("._")  # macOS puts one beside any file
        if inner not in signed and (double or inner in _JUNK or plain in _JUNK):
            continue
        found[inner] = content
    return sorted(name for name in signed.keys() | found.keys() if signed.get(name) != found.get(name))


def _beside(dice: random.Random) -> Files:
    return dict(dice.sample(list(BESIDE.items()), 2)) if dice.random() < 0.3 else {}


def _portable(files: Files) -> bool:
    """Whether a file system takes these names."""
    return all(
        0 < len(part.encode()) < 200 and part not in {".", ".."} and "\0" not in part
        for name in files
        for part in name.split("/")
    )


def _spoiled(files: Files, dice: random.Random) -> Files:
    """One file of the bag changed by what knows it, lost, added or renamed."""
    name = dice.choice(list(files))
    match dice.randrange(8):
        case 0:
            return {each: data for each, data in files.items() if each != name}
        case 1:
            return {
                **files,
                dice.choice(("data/x.pdf", "x", "data/企业/y/原件/z.jpg", "._x", f"{name}.bak")): b"x",
            }
        case 2:
            return {(f"{each}x" if each == name else each): data for each, data in files.items()}
        case 3:
            return {**files, _JOURNAL: _rewritten(files[_JOURNAL], dice)}
        case 4:
            chosen = dice.choice([each for each in files if each.endswith(".json")])
            return {**files, chosen: _json(files[chosen], dice)}
        case 5:
            return {**files, SIGNATURE: _der(files[SIGNATURE], dice)}
        case _:
            return {**files, name: _by_kind(name, files[name], dice)}


def _by_kind(name: str, content: bytes, dice: random.Random) -> bytes:
    known = {"jsonl": "json", "txt": "ini", "pem": "ini", "p7s": "der", "crl": "der"}
    kind = name.rpartition(".")[2]
    if known.get(kind) == "der":
        return _der(content, dice)
    return changed(known.get(kind, kind), content, dice)


def _rewritten(journal: bytes, dice: random.Random) -> bytes:
    """Journal lines as somebody without the key could write them: the whole chain made anew."""
    lines = [json.loads(line) for line in journal.splitlines()]
    place = dice.randrange(len(lines))
    lines[place]["payload"] = dice.choice(({"number": "WJB22-0001-JC-999"}, {}, [], {"why": "x" * 5000}))
    if dice.random() < 0.3:
        lines.pop(place)
    found, previous = [], lines[0]["prev"] if lines else ""
    for offset, line in enumerate(lines):
        kept = {key: value for key, value in line.items() if key not in {"seq", "prev", "digest"}}
        raw, previous = seal(kept, seq=lines[0]["seq"] + offset, prev=previous)
        found.append(raw)
    return b"".join(line + b"\n" for line in found)


def _json(content: bytes, dice: random.Random) -> bytes:
    """A value anywhere in a JSON document replaced by one of another kind."""
    document = json.loads(content)
    places: list[tuple[Any, Any]] = []
    _collect(document, places)
    if not places:
        return content + b" "
    holder, key = dice.choice(places)
    holder[key] = dice.choice((None, -1, 2**70, "x", [], {}, [[[]]], True, "2022-13-45", [None] * 50, 1.5))
    text = json.dumps(document, ensure_ascii=False).encode()
    if dice.random() < 0.1:
        return text.replace(b":", b":" + dice.choice((b"[" * 5000, dice.choice(NUMBERS))), 1)
    return text


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        places.append((value, key))
        _collect(inner, places)


def _der(content: bytes, dice: random.Random) -> bytes:
    """One element of a DER or BER structure with another tag, length or content, or lost (X.690, 8.1)."""
    elements = _elements(content, 0, len(content))
    if not elements:
        return flipped(content, dice)
    start, body, end = dice.choice(elements)
    match dice.randrange(6):
        case 0:
            return content[:start] + content[end:]
        case 1:
            return content[:end] + content[start:end] + content[end:]
        case 2:
            return structures.put(
                content, start, ">B", dice.choice((0, 2, 4, 5, 6, 0x30, 0x31, 0x80, 0xA0, 0xFF))
            )
        case 3:
            return structures.put(content, start + 1, ">B", dice.choice((0, 1, 0x7F, 0x80, 0x84, 0x88, 0xFF)))
        case 4:
            return content[:body] + bytes(end - body) + content[end:]
        case _:
            return content[:body] + flipped(content[body:end] or b"\0", dice) + content[end:]


def _elements(content: bytes, start: int, end: int, depth: int = 0) -> list[tuple[int, int, int]]:
    """Start, content and end of every element of definite length."""
    found: list[tuple[int, int, int]] = []
    while start + 2 <= end and depth < 30:
        length, body = content[start + 1], start + 2
        if length & 0x80:
            width = length & 0x7F
            length, body = int.from_bytes(content[body : body + width], "big"), body + width
        if body + length > end:
            break
        found.append((start, body, body + length))
        if content[start] & 0x20:
            found += _elements(content, body, body + length, depth + 1)
        start = body + length
    return found


@cache
def _signed_pdfs() -> tuple[bytes, ...]:
    pki = shared_pki()
    return (
        sign_pdf(contract(field=True), pki, SIGNED, certify=False),
        sign_pdf(contract(hidden=True), pki, SIGNED, long_term=False),
    )


def _pdf_case(dice: random.Random) -> Case:
    signed = dice.choice(_signed_pdfs())
    ways: tuple[Callable[[bytes, random.Random], bytes], ...] = (
        lambda data, dice: changed("pdf", data, dice),
        _other_cms,
        _updated,
        lambda data, dice: dice.choice(list(universal_forgeries(data).values())),
        lambda data, dice: dice.choice(list(incremental_forgeries(data).values())),
    )
    data = dice.choices(ways, (5, 3, 3, 1, 1))[0](signed, dice)
    if dice.random() < 0.2:
        data = changed("pdf", data, dice)
    return Case(pdf=data if data.startswith(b"%PDF") else b"%PDF-1.7\n" + data, signed=signed)


def _other_cms(data: bytes, dice: random.Random) -> bytes:
    """The signature's own structure changed, as long as before."""
    start, end = _gap(data)
    hexed = data[start + 1 : end - 1]
    value = _der(bytes.fromhex(hexed.decode()), dice).hex().encode()
    return data[: start + 1] + value[: len(hexed)].ljust(len(hexed), b"0") + data[end - 1 :]


def _updated(data: bytes, dice: random.Random) -> bytes:
    """A further revision in which any object is any other's, or is changed."""
    bodies = [found[1] for found in re.finditer(rb"\d+ 0 obj\s*(.*?)\s*endobj", data, re.DOTALL)]
    body = dice.choice(bodies)
    if dice.random() < 0.6:
        body = dice.choice((structures.pdf_entry, structures.pdf_reference))(body, dice)
    return append_update(data, {dice.randrange(1, 14): body}, end=dice.random() < 0.9)
