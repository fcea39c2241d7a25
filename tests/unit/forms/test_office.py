"""Batches survive documents that crash or hang the converter. A script stands in for LibreOffice."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from evidence.errors import MissingPartError
from evidence.forms.office import render
from evidence.forms.settings import FormsSettings

SCRIPT = """#!/bin/sh
echo run >> {log}
out=""
for word in "$@"; do
  if [ "$previous" = "--outdir" ]; then out="$word"; fi
  previous="$word"
done
for path in "$@"; do
  case "$path" in
    *crash*.docx) exit 1 ;;
    *hang*.docx) sleep 60 ;;
    *torn*.docx) printf '%%PDF-1.7 half' > "$out/$(basename "$path" .docx).pdf" ;;
    *.docx) printf '%%PDF-1.7\\n%%%%EOF\\n' > "$out/$(basename "$path" .docx).pdf" ;;
  esac
done
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FormsSettings:
    """A converter that fails on documents by their name."""
    script = tmp_path / "office"
    script.write_text(SCRIPT.format(log=tmp_path / "log"))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return FormsSettings(office=str(script), start_seconds=1, document_seconds=0)


def test_a_sound_batch_takes_one_start_per_process(office: FormsSettings, tmp_path: Path) -> None:
    results = render({f"d{n}": b"docx" for n in range(6)}, office)
    assert all(result.pdf for result in results.values())
    assert list(results) == [f"d{n}" for n in range(6)]
    assert (tmp_path / "log").read_text().count("run") == 2


@pytest.mark.parametrize("bad", ["crash", "hang", "torn"])
def test_one_bad_document_never_stops_the_others(office: FormsSettings, bad: str) -> None:
    results = render({"a": b"", bad: b"", "b": b"", "c": b""}, office)
    assert {name for name, result in results.items() if result.pdf is None} == {bad}
    assert bad in results[bad].problem


def test_nothing_is_left_running(office: FormsSettings, tmp_path: Path) -> None:
    render({"hang": b""}, office)
    commands = [
        (path / "cmdline").read_bytes()
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and os.access(path / "cmdline", os.R_OK)
    ]
    assert not any(str(tmp_path / "office").encode() in command for command in commands)


def test_an_absent_office_is_named_with_the_command_to_install_it() -> None:
    with pytest.raises(MissingPartError) as missing:
        render({"a": b""}, FormsSettings(office="no-such-office"))
    assert "apt-get install" in missing.value.remedy
    assert missing.value.exit_code == 7


def test_nothing_to_render_starts_no_office(tmp_path):
    office = tmp_path / "office"
    office.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n", encoding="utf-8")
    office.chmod(0o755)
    assert render({}, FormsSettings(office=str(office))) == {}
    assert not (tmp_path / "started").exists()
