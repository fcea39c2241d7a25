"""Issuing: a batch of filled two-page records against bare LibreOffice and against one by one."""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from pathlib import Path

from bench.result import Figure, figure
from evidence.domain.document import IssuedForm
from evidence.forms.office import FILTER, find_office
from evidence.forms.office_process import environment
from evidence.forms.settings import FormsSettings
from tests.support.forms_fixture import FormsWorld, forms_fixture

FULL, QUICK = 100, 12
FORM = "recheck-record"


def run(quick: bool) -> list[Figure]:
    """Figures of `bench/issue`."""
    count = QUICK if quick else FULL
    singles = 3 if quick else 10
    with tempfile.TemporaryDirectory(prefix="bench-issue-") as folder:
        root = Path(folder)
        world = forms_fixture(root / "ws", hazards=2)
        world.issue(world.request(FORM))  # first start makes LibreOffice's profile
        start = time.perf_counter()
        forms = world.issue(*(world.request(FORM) for _ in range(count)))
        batch = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare = _bare(world, forms, root / "bare")
        start = time.perf_counter()
        for _ in range(singles):
            world.issue(world.request(FORM))
        single = (time.perf_counter() - start) / singles * count
    pages = {form.pages for form in forms}
    if pages != {2}:
        raise RuntimeError(f"the records of this bench have {pages} pages, not two")
    note = (
        f"{count} records of {'/'.join(map(str, sorted(pages)))} pages, {FormsSettings().processes} processes"
    )
    return [
        figure(
            "issue: a batch of two-page records",
            batch,
            "s",
            peer="bare LibreOffice, one process, the same docx files",
            peer_value=bare,
            target="<= 1.2",
            met=batch <= 1.2 * bare,
            note=note,
        ),
        figure(
            "issue: in a batch instead of one by one",
            batch,
            "s",
            peer="one by one",
            peer_value=single,
            target="<= 0.6",
            met=batch <= 0.6 * single,
            note=f"one by one measured on {singles}, scaled to {count}",
        ),
        figure(
            "issue: memory of our own process",
            memory,
            "MB",
            target="<= 300",
            met=memory <= 300,
            note="peak resident size, LibreOffice not counted",
        ),
    ]


def _bare(world: FormsWorld, forms: list[IssuedForm], folder: Path) -> float:
    """Seconds of one LibreOffice process over the docx files as they were kept."""
    out = folder / "pdf"
    out.mkdir(parents=True)
    paths = []
    for form in forms:
        path = folder / f"{form.number}.docx"
        path.write_bytes(world.issued.docx_path(form.number).read_bytes())
        paths.append(str(path))
    office = str(find_office(FormsSettings().office))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"

    def convert(files: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(
            [office, profile, "--headless", "--convert-to", FILTER, "--outdir", str(out), *files],
            check=True,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - start

    convert(paths[:1])  # makes the profile; not counted
    taken = convert(paths)
    if len(list(out.glob("*.pdf"))) != len(paths):
        raise RuntimeError("bare LibreOffice lost documents")
    return taken


if __name__ == "__main__":
    import sys

    for row in run("--quick" in sys.argv):
        print(row)
