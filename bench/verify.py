"""Verifying a weekly package against `sha256sum -c` of its manifest and `pdfsig` on every PDF in it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, NumberObject

from bench.result import Figure, figure
from evidence.domain.week import Week
from tests.support.packing import DOSSIER, ORIGINAL, Files, Service, sign_pdf, to_folder
from tests.support.pki import shared_pki

TARGET = 1.0
MEMORY_MB = 700
NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    enterprises, pages = (20, 16) if quick else (100, 16)
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as name:
        root = Path(name)
        folder = root / "WJB-2022-W13"
        _build(folder, enterprises, pages)
        return _measure(folder, root, enterprises)


def _build(folder: Path, enterprises: int, pages: int) -> None:
    """A folder of about 16 MB an enterprise: half in its dossier, half in its originals."""
    service = Service(first=Week(2022, 13))
    service.write(4_000)
    extra: Files = {}
    for number in range(enterprises):
        case = f"WJB22-{number:04d}"
        extra[DOSSIER.replace("WJB22-0001", case)] = sign_pdf(_dossier(pages), shared_pki(), NOON)
        for page in range(pages):
            path = ORIGINAL.replace("WJB22-0001", case).replace(".pdf", f"-{page}.jpg")
            extra[path] = os.urandom(500_000)
    to_folder(service.pack(Week(2022, 13), extra=extra), folder)


def _dossier(pages: int) -> bytes:
    """Pages that each hold half a megabyte of incompressible picture."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        picture = DecodedStreamObject()
        picture.set_data(os.urandom(500_000))
        picture.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(500),
                NameObject("/Height"): NumberObject(1_000),
                NameObject("/BitsPerComponent"): NumberObject(8),
                NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            }
        )
        page[NameObject("/Thumb")] = writer._add_object(picture)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


_CHILD = """
import resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from evidence.verify.examine import verify_path
begin = time.perf_counter()
trust = [Path(sys.argv[2]).read_bytes()]
report = verify_path(Path(sys.argv[1]), trust=trust, at=datetime(2022, 4, 2, tzinfo=UTC))
wall = time.perf_counter() - begin
# not RUSAGE_SELF: across exec it remembers the process that started us
status = Path("/proc/self/status").read_text()
own = int(status.split("VmHWM:")[1].split()[0])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(report.indication.value, wall, max(own, children) / 1024)
"""


def _measure(folder: Path, root: Path, enterprises: int) -> list[Figure]:
    trust = root / "root.pem"
    trust.write_bytes(shared_pki().root.pem)
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    _read_all(folder)
    peer = _peer(folder)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), str(trust)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    verdict, wall, memory = done.stdout.split()
    note = f"{enterprises} enterprises, {total / 1e6:.0f} MB, warm, {os.cpu_count()} cores, {verdict}"
    figures = [
        figure(
            "verify: one weekly package",
            float(wall),
            "s",
            peer="sha256sum -c manifest, one process, + pdfsig on every PDF" if peer else "",
            peer_value=peer,
            target=f"<= {TARGET} x peer",
            met=None if peer is None else float(wall) <= TARGET * peer,
            note=note,
        ),
        figure(
            "verify: memory of its largest process",
            float(memory),
            "MB",
            target=f"<= {MEMORY_MB} MB",
            met=float(memory) <= MEMORY_MB,
            note=note,
        ),
    ]
    if verdict != "TOTAL-PASSED":
        raise AssertionError(f"the benchmark's package is {verdict}")
    return figures


def _read_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.read_bytes()


def _peer(folder: Path) -> float | None:
    """Seconds of the ordinary tools; None when one is not there."""
    if shutil.which("sha256sum") is None or shutil.which("pdfsig") is None:
        return None
    begin = time.perf_counter()
    subprocess.run(
        ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=folder, capture_output=True, check=True
    )
    for path in folder.rglob("*.pdf"):
        subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, check=False)
    return time.perf_counter() - begin


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
