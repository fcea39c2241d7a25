"""Whatever a person places with a case is in its folder, dossier, list and facts; no other's page is."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from evidence.domain.identifiers import ArrivalId, CaseId, Sha256, make_number
from evidence.domain.recording import Recording
from evidence.domain.register import RegisterEntry, Waiver
from evidence.handover.handover_context import HandoverContext
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, PersonDecided, UnlinkedPage
from evidence.ledger.events import RegisterEntered, WaiverGranted
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.handing_over import build, make_office
from tests.unit.bundles.test_pdf_pages import bring_to_life, stack
from tests.unit.bundles.test_tiff_frames import stack as tiff_stack

ONE, OTHER = sample.CLOSED, sample.CHECKED
MEDIA = {".pdf": "application/pdf", ".tif": "image/tiff", ".jpg": "image/jpeg", ".png": "image/png"}


class Placed:
    """Files taken in and placed by a person, without anybody reading them."""

    def __init__(self, office: HandoverContext) -> None:
        self.office = office
        self._running = 500

    def take(self, name: str, data: bytes, media: str) -> tuple[ArrivalId, Sha256]:
        self._running += 1
        arrival = ArrivalId(f"A-20220401-{self._running:04d}")
        digest = self.office.originals.put_bytes(data)
        self.office.ledger.append(
            "test",
            ArrivalTaken(
                arrival=arrival, path=f"微信/{name}", sha256=digest, bytes=len(data),
                received_at=sample.FRIDAY, media_type=media,
            ),
        )  # fmt: skip
        return arrival, digest

    def judge(self, arrival: ArrivalId, **judged: object) -> None:
        self.office.ledger.append(
            "test",
            PersonDecided(arrival=arrival, decision="link", by="王芳", why="来函", detail={"before": {}}),
            ArrivalJudged(arrival=arrival, outcome="linked", **judged),  # type: ignore[arg-type]
        )

    def page(self, case: CaseId, arrival: ArrivalId, digest: Sha256, index: int, **changes: object) -> object:
        document = next(each for each in self.office.ledger.view.documents(case) if each.scans)
        page = replace(document.scans[0], arrival=arrival, sha256=digest, index=index, quality=1000)
        return replace(page, **changes)  # type: ignore[arg-type]


def words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def unpack(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def in_folder(files: dict[str, bytes], case: CaseId) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if f"/{case}/原件/" in path}


def passes(office: HandoverContext, path: Path) -> None:
    report = verify_path(path, trust=[(office.root / "keys/ca.pem").read_bytes()])
    assert report.indication == "TOTAL-PASSED", [each for each in report.checks if each.kind == "fail"]


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_a_stack_lies_once_and_each_case_has_its_own_pages_only(
    key_home: Path, tmp_path: Path, kind: str
) -> None:
    office = make_office(tmp_path / "office", key_home)
    placed = Placed(office)
    if kind == "pdf":
        pictures = stack(tmp_path / "s.pdf", pages=4)
        data = (tmp_path / "s.pdf").read_bytes()
    else:
        data, frames = tiff_stack("lzw", count=4)
        pictures = [frame.tobytes() for frame in frames]
    arrival, digest = placed.take(f"周四扫描.{kind}", data, MEDIA[f".{kind}"])
    placed.judge(
        arrival,
        pages=(placed.page(ONE, arrival, digest, 0), placed.page(OTHER, arrival, digest, 2)),
        unlinked=(UnlinkedPage(index=3, reason="no_code"),),
    )
    built = build(office)
    files = unpack(built.path)
    holding = [path for path, each in files.items() if each == data]
    assert holding == [f"data/原件/{arrival}-周四扫描.{kind}"]
    for case, own in ((ONE, 0), (OTHER, 2)):
        taken = [each for path, each in in_folder(files, case).items() if "周四扫描" in path]
        assert len(taken) == 1
        assert shown(taken[0], kind) == [pictures[own]]
        others = [picture for page, picture in enumerate(pictures) if page != own]
        for path, each in files.items():
            if f"/{case}/" in path:
                assert not any(picture in each for picture in others), path
        assert kind == "tif" or pictures[own] in files[next(p for p in files if f"/{case}/卷宗.pdf" in p)]
    index = json.loads(files["data/originals.json"])
    assert [each["path"] for each in index["stacks"]] == holding
    derived = [each for case in index["cases"] for each in case["files"] if "derived" in each]
    assert {each["derived"]["from"] for each in derived} == {digest}
    assert {(each["derived"]["how"], each["derived"]["pages"][0]["page"]) for each in derived} == {
        ("pages" if kind == "pdf" else "frames", 1),
        ("pages" if kind == "pdf" else "frames", 3),
    }
    assert all(hashlib.sha256(files[each["path"]]).hexdigest() == each["sha256"] for each in derived)
    passes(office, built.path)


def shown(data: bytes, kind: str) -> list[bytes]:
    """What each page of a derived file shows."""
    if kind == "tif":
        with Image.open(io.BytesIO(data)) as picture:
            return [
                picture.tobytes() for n in range(getattr(picture, "n_frames", 1)) if picture.seek(n) is None
            ]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [next(iter(page.get_images().values())).read_raw_bytes() for page in pdf.pages]


def test_one_picture_of_two_enterprises_gives_each_a_crop_marked_as_derived(
    key_home: Path, tmp_path: Path
) -> None:
    office = make_office(tmp_path / "office", key_home)
    placed = Placed(office)
    buffer = io.BytesIO()
    Image.effect_noise((400, 200), 90).convert("RGB").save(buffer, "JPEG")
    arrival, digest = placed.take("对开.jpg", buffer.getvalue(), "image/jpeg")
    placed.judge(
        arrival,
        pages=(
            placed.page(ONE, arrival, digest, 0, region=(0, 0, 510, 1000)),
            placed.page(OTHER, arrival, digest, 0, region=(490, 0, 510, 1000)),
        ),
    )
    built = build(office)
    files = unpack(built.path)
    with Image.open(buffer) as picture:
        halves = [picture.crop((x, 0, x + 200, 200)).tobytes() for x in (0, 200)]
    for case, half in zip((ONE, OTHER), halves, strict=True):
        (path, data) = next((path, data) for path, data in in_folder(files, case).items() if "对开" in path)
        assert "截取" in path
        assert Image.open(io.BytesIO(data)).tobytes() == half
        dossier = next(data for path, data in files.items() if path.endswith(f"/{case}/卷宗.pdf"))
        assert buffer.getvalue() not in dossier
        assert digest in words(dossier)
    assert files[f"data/原件/{arrival}-对开.jpg"] == buffer.getvalue()
    passes(office, built.path)


def test_later_pages_of_a_stack_follow_in_the_next_package(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", key_home)
    placed = Placed(office)
    pictures = stack(tmp_path / "s.pdf", pages=3)
    arrival, digest = placed.take("周四.pdf", (tmp_path / "s.pdf").read_bytes(), "application/pdf")
    first = placed.page(ONE, arrival, digest, 0)
    waiting = (UnlinkedPage(index=1, reason="no_code"), UnlinkedPage(index=2, reason="no_code"))
    placed.judge(arrival, pages=(first,), unlinked=waiting)
    build(office)
    placed.judge(arrival, pages=(first, placed.page(OTHER, arrival, digest, 2)), unlinked=waiting[:1])
    files = unpack(build(office, supplement=True).path)
    assert not [path for path in files if path.startswith("data/原件/")], "the stack was sent already"
    (data,) = [data for path, data in in_folder(files, OTHER).items() if "周四" in path]
    assert shown(data, "pdf") == [pictures[2]]
    index = json.loads(files["data/originals.json"])
    assert index["stacks"][0]["package"] == "WJB-2022-W13"


LIVE_MARKS = (b"/JavaScript", b"/Launch", b"cmd.exe")


def every_kind(folder: Path) -> dict[str, tuple[bytes, str]]:
    """One file of every kind that the inbox accepts as a case's material."""
    noise = Image.effect_noise((160, 120), 80).convert("RGB")

    def drawn(kind: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        noise.save(buffer, kind, **options)
        return buffer.getvalue()

    stack(folder / "letter.pdf", pages=2)
    stack(folder / "signed.pdf", pages=2)
    bring_to_life(folder / "signed.pdf")
    return {
        "函.pdf": ((folder / "letter.pdf").read_bytes(), "application/pdf"),
        "已签.pdf": ((folder / "signed.pdf").read_bytes(), "application/pdf"),
        "照片.jpg": (drawn("JPEG"), "image/jpeg"),
        "照片.png": (drawn("PNG"), "image/png"),
        "两页.tif": (tiff_stack("lzw", count=2)[0], "image/tiff"),
        "照片.bmp": (drawn("BMP"), "image/bmp"),
        "照片.webp": (drawn("WEBP"), "image/webp"),
        "照片.heic": (drawn("HEIF"), "image/heic"),
        "照片.avif": (drawn("AVIF"), "image/avif"),
        "报告.docx": (b"PK docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "台账.xlsx": (b"PK xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "手机.mp4": (b"film mp4", "video/mp4"),
        "手机.mov": (b"film mov", "video/quicktime"),
        "手机.avi": (b"film avi", "video/x-msvideo"),
        "手机.mkv": (b"film mkv", "video/x-matroska"),
        "清单.csv": ("文件名,开始".encode(), "text/csv"),
        "清单.json": (b"[1]", "application/json"),
        "清单.xml": (b"<a/>", "application/xml"),
        "PARAM.INI": (b"[a]", "text/plain"),
        "往来.zip": (b"PK zip", "application/zip"),
        "来信.eml": (b"From: a", "message/rfc822"),
    }


def test_whatever_is_placed_in_whatever_way_is_found_again(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", key_home)
    placed = Placed(office)
    number = make_number(ONE, "JC", 1)
    hazard = next(each.id for visit in office.ledger.view.visits(ONE) for each in visit.hazards)
    expected: dict[str, bytes] = {}
    for name, (data, media) in every_kind(tmp_path).items():
        for way, judged in (
            ("材料", {"case": ONE}),
            ("电子件", {"edocument_of": number, "case": ONE}),
            *([("隐患照片", {"case": ONE, "hazard": hazard})] if media.startswith("image/") else ()),
        ):
            own = varied(data, way, media)
            arrival, _digest = placed.take(f"{way}-{name}", own, media)
            placed.judge(arrival, **judged)
            expected[f"{arrival}|{way}-{name}"] = own
    built = build(office)
    files = unpack(built.path)
    folder = in_folder(files, ONE)
    facts = json.loads(files["data/facts.json"])
    (case,) = [each for each in facts["facts"]["cases"] if each["case"]["id"] == ONE]
    in_facts = {each["sha256"] for each in case["materials"]}
    in_facts |= {digest for document in case["documents"] for digest in document["edocuments"]}
    dossier = next(data for path, data in files.items() if path.endswith(f"/{ONE}/卷宗.pdf"))
    told = words(dossier)
    sheet = openpyxl.load_workbook(io.BytesIO(files["data/移交清单.xlsx"]))["移交清单"]
    listed = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    for label, data in expected.items():
        arrival, _bar, name = label.partition("|")
        digest = hashlib.sha256(data).hexdigest()
        (path,) = [path for path, each in folder.items() if each == data]
        assert name.split(".")[0] in path, label
        assert path.lower().endswith("." + name.rpartition(".")[2].lower()), label
        assert digest in in_facts, label
        assert digest in told, label
        assert digest in listed, label
    assert not [mark for mark in LIVE_MARKS if mark in dossier]
    assert dossier.count(b"/ByteRange") == 1
    assert len(PdfReader(io.BytesIO(dossier)).get_fields() or {}) == 1, "our own signature and no other field"
    passes(office, built.path)


def varied(data: bytes, way: str, media: str) -> bytes:
    """Other bytes of the same content: the same bytes twice are one file."""
    if media == "image/jpeg":
        return data[:2] + b"\xff\xfe" + (2 + len(way.encode())).to_bytes(2, "big") + way.encode() + data[2:]
    if media == "application/pdf" or media.startswith("image/"):
        return data + b"\n%" + way.encode() + b"\n"
    return data + way.encode()


def test_films_are_listed_and_one_that_lies_elsewhere_stops_nothing(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", key_home)
    film = tmp_path / "现场.mp4"
    film.write_bytes(b"film that stays where it is")
    digest = Sha256(hashlib.sha256(film.read_bytes()).hexdigest())
    arrival = ArrivalId("A-20220401-0800")
    recording = Recording(
        sha256=digest, name=film.name, bytes=film.stat().st_size, path=str(film), arrival=arrival, video=True
    )
    office.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path=film.name, sha256=digest, bytes=recording.bytes,
            received_at=sample.FRIDAY, media_type="video/mp4", by_reference=str(film),
        ),
        ArrivalJudged(arrival=arrival, outcome="linked", case=ONE, recordings=(recording,)),
    )  # fmt: skip
    files = unpack(build(office).path)
    assert film.read_bytes() not in files.values()
    sheet = openpyxl.load_workbook(io.BytesIO(files["data/移交清单.xlsx"]))["移交清单"]
    rows = {str(row[11].value): row for row in sheet.iter_rows(min_row=2)}
    assert rows[digest][9].value in (None, "")
    facts = office.ledger.view.recordings(ONE)
    assert facts
    assert {each.sha256 for each in facts} <= set(rows)
    dossier = next(data for path, data in files.items() if path.endswith(f"/{ONE}/卷宗.pdf"))
    assert digest in words(dossier)


def test_papers_of_registers_and_waivers_follow_in_the_next_package(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", key_home)
    build(office)
    assert office.ledger.view.touched_since(0) == ()
    notice, consent = (office.originals.put_bytes(data) for data in (b"%PDF-1.7 notice", b"%PDF-1.7 consent"))
    entry = RegisterEntry(
        register="tenant-notice", key="T9", on=sample.FRIDAY.date(), case=ONE, attachment=notice
    )
    waiver = Waiver(
        rule_id="V02-whole-visit",
        case=OTHER,
        why="企业公章年检",
        by="王芳",
        at=sample.FRIDAY,
        attachment=consent,
    )
    office.ledger.append("test", RegisterEntered(entry=entry), WaiverGranted(waiver=waiver))
    files = unpack(build(office, supplement=True).path)
    assert b"%PDF-1.7 notice" in in_folder(files, ONE).values()
    assert b"%PDF-1.7 consent" in in_folder(files, OTHER).values()
