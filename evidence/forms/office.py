"""LibreOffice: many documents in a batch, its own profile, the project's fonts, a time limit.

One document that makes it crash or hang never stops the others: what a batch left over is tried
again one by one.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import MissingPartError
from evidence.forms.fonts import require_fonts
from evidence.forms.office_process import end, environment, free_profile, profile_option
from evidence.forms.settings import FormsSettings
from evidence.forms.warm_office import offices
from evidence.language import _

FILTER = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ReduceImageResolution":{"type":"boolean","value":"false"},'
    '"UseLosslessCompression":{"type":"boolean","value":"false"},'
    '"Quality":{"type":"long","value":"90"}}'
)
"""PDF/A-2b (2), tagged; photographs stay at the resolution they were placed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What became of one document."""

    name: str
    pdf: bytes | None
    problem: str = ""
    """Plain Chinese; empty when there is a PDF."""


def find_office(command: str) -> Path:
    """LibreOffice's program.

    Raises:
        MissingPartError: it is not installed; the remedy is the command to type.
    """
    found = shutil.which(command)
    if found is None:
        raise MissingPartError(
            _("没有找到 LibreOffice，无法生成 PDF。"),
            where=command,
            remedy=_("请运行：sudo apt-get install --no-install-recommends libreoffice-writer-nogui"),
        )
    return Path(found)


def render(documents: Mapping[str, bytes], settings: FormsSettings) -> dict[str, Rendered]:
    """Convert docx files (name without suffix -> bytes) to PDF/A-2b, in the order given.

    Raises:
        MissingPartError: LibreOffice or one of the pinned fonts is not installed.
    """
    office = find_office(settings.office)
    require_fonts()
    if not documents:
        return {}
    names = list(documents)
    results: dict[str, Rendered] = {}
    with tempfile.TemporaryDirectory(prefix="evidence-render-") as folder:
        root = Path(folder)
        lanes = max(1, min(settings.processes, (len(names) + 2) // 3))
        shares = [names[lane::lanes] for lane in range(lanes)]
        with ThreadPoolExecutor(lanes) as pool:
            jobs = [
                pool.submit(_convert_share, office, root / f"lane{lane}", share, documents, settings)
                for lane, share in enumerate(shares)
            ]
            for job in jobs:
                results.update(job.result())
    return {name: results[name] for name in names}


def _convert_share(
    office: Path, folder: Path, names: Sequence[str], documents: Mapping[str, bytes], settings: FormsSettings
) -> dict[str, Rendered]:
    done = _convert(office, folder / "all", names, documents, settings)
    left = [name for name in names if name not in done]
    results = {name: Rendered(name=name, pdf=pdf) for name, pdf in done.items()}
    for number, name in enumerate(left):
        alone = _convert(office, folder / f"alone{number}", [name], documents, settings)
        results[name] = (
            Rendered(name=name, pdf=alone[name])
            if name in alone
            else Rendered(
                name=name,
                pdf=None,
                problem=_("LibreOffice 无法把 {name}.docx 转成 PDF（超时或出错）。").format(name=name),
            )
        )
    return results


def _convert(
    office: Path, folder: Path, names: Sequence[str], documents: Mapping[str, bytes], settings: FormsSettings
) -> dict[str, bytes]:
    """One LibreOffice process over some documents; returns what it managed in the time allowed."""
    out = folder / "pdf"
    out.mkdir(parents=True)
    paths = []
    for name in names:
        path = folder / f"{name}.docx"
        path.write_bytes(documents[name])
        paths.append(str(path))
    with _profile() as profile:
        process = subprocess.Popen(
            [
                str(office),
                profile_option(profile),
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--convert-to",
                FILTER,
                "--outdir",
                str(out),
                *paths,
            ],
            env=environment(),
            cwd=folder,  # its script changes to where it was called, which need not be readable
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(settings.start_seconds + settings.document_seconds * len(names))
        except subprocess.TimeoutExpired:
            pass
        finally:
            end(process)
    # an empty or torn file is what a crash in the middle of writing leaves
    made = {name: (out / f"{name}.pdf") for name in names}
    return {
        name: data
        for name, path in made.items()
        if path.is_file() and (data := path.read_bytes()).rstrip().endswith(b"%%EOF")
    }


@contextlib.contextmanager
def _profile() -> Iterator[Path]:
    """The profile to convert with: of a LibreOffice that waits already, else a free one."""
    with offices.taken() as warm:
        if warm is not None:
            yield warm
            return
        with free_profile() as profile:
            yield profile
