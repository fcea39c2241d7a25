"""Taking in mixed files, against the least that any safe intake must do with the same files.

The floor copies each file, hashes it twice, syncs three times and decodes every page once. Intake does
that and also settles, checks structure, journals, answers duplicates and removes the file.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import img2pdf
import numpy as np
from PIL import Image

from bench.result import Figure, figure
from evidence.config import Workspace
from evidence.filetypes.media import FAMILIES, Family, identify_media
from evidence.inbox.readers import BareRenderer
from evidence.recognition.pages import open_pages
from evidence.settings import load_settings
from tests.support.clips import make_clip

TARGET = 2.0
A4_150_DPI = (1240, 1754)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    count = 60 if quick else 1_000
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as name:
        folder = Path(name)
        files = make_files(folder / "files", count)
        pages, size = 0, sum(path.stat().st_size for path in files)
        begin = time.perf_counter()
        pages = floor(files, folder / "floor")
        floor_s = time.perf_counter() - begin
        spent = intake(files, folder / "workspace")
    return [
        figure(
            f"intake: {count} mixed files without recognition",
            spent,
            "s",
            peer="copy, hash twice, three syncs, decode every page",
            peer_value=floor_s,
            target=f"<= {TARGET} x",
            met=spent <= TARGET * floor_s,
            note=f"{pages} pages, {size / 2**20:.0f} MiB, {count / spent:.0f} files/s",
        )
    ]


def make_files(folder: Path, count: int) -> list[Path]:
    """Scans as an office sees them: PDF of some pages, JPEG, PNG, TIFF, a Word file, a film."""
    folder.mkdir()
    dice = random.Random(2022)
    sheets = [_sheet(seed) for seed in range(4)]
    clip = make_clip(folder / "clip.mp4", seconds=5).read_bytes()
    (folder / "clip.mp4").unlink()
    files = []
    for number in range(count):
        kind = dice.choices(("pdf", "jpg", "png", "tif", "docx", "mp4"), (50, 20, 10, 10, 5, 5))[0]
        path = folder / f"{number:04}.{kind}"
        path.write_bytes(_content(kind, number, dice, sheets, clip))
        files.append(path)
    return files


def _sheet(seed: int) -> Image.Image:
    paper = np.random.default_rng(seed).normal(245, 4, (A4_150_DPI[1], A4_150_DPI[0]))
    for line in range(120, A4_150_DPI[1] - 120, 46):
        paper[line : line + 14, 120 : 1100 : 1 + line % 3] = 60
    return Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).convert("RGB")


def _content(kind: str, number: int, dice: random.Random, sheets: list[Image.Image], clip: bytes) -> bytes:
    buffer = io.BytesIO()
    page = dice.choice(sheets).copy()
    page.putpixel((number % 1000, number // 1000), (number % 256, 0, 0))
    if kind == "pdf":
        page.save(buffer, "JPEG", quality=80, dpi=(150, 150))
        pdf: bytes = img2pdf.convert([buffer.getvalue()] * dice.randint(1, 4))
        return pdf
    if kind in {"jpg", "png"}:
        page.save(buffer, "JPEG" if kind == "jpg" else "PNG", dpi=(150, 150))
    elif kind == "tif":
        frames = [page.convert("1")] * dice.randint(1, 3)
        frames[0].save(
            buffer, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(150, 150)
        )
        return buffer.getvalue() + number.to_bytes(4, "big")
    elif kind == "docx":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", f"<w:p>说明 {number}</w:p>" * 50)
    else:
        return clip + (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
    return buffer.getvalue()


def floor(files: list[Path], store: Path) -> int:
    """The least that keeps bytes safe and proves pages whole; pages decoded."""
    store.mkdir()
    pages = 0
    for path in files:
        copy = store / path.name
        with path.open("rb") as source, copy.open("wb") as target:
            digest = hashlib.sha256()
            while block := source.read(1 << 20):
                digest.update(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        _sync(store)
        with copy.open("rb") as stored:
            assert hashlib.file_digest(stored, "sha256").digest() == digest.digest()
        kind = identify_media(copy, copy.name).type
        if FAMILIES[kind] in {Family.PDF, Family.IMAGE}:
            pages += sum(1 for _page in open_pages(copy, kind))
        with (store / "log").open("ab") as log:
            log.write(digest.digest())
            log.flush()
            os.fsync(log.fileno())
    return pages


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def intake(files: list[Path], root: Path) -> float:
    """Seconds for one pass over the same files."""
    (root / "inbox").mkdir(parents=True)
    (root / "evidence.toml").write_text(
        '[contract]\ncode = "WJB"\n[inbox]\nsettle_s = 0.0\n', encoding="utf-8"
    )
    for path in files:
        shutil.copyfile(path, root / "inbox" / path.name)
    workspace = Workspace(root=root, settings=load_settings(root / "evidence.toml"))
    taking = workspace.intake
    bare = BareRenderer(settings=workspace.settings.inbox)
    understander = replace(taking.archived.understander, pages=bare)
    taking.archived = replace(taking.archived, understander=understander)
    os.sync()
    begin = time.perf_counter()
    result = taking.run()
    spent = time.perf_counter() - begin
    assert len(result.arrivals) == len(files)
    assert not any((root / "inbox").iterdir())
    return spent


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
