"""LibreOffice dies in the middle of a batch: what it left over is made all the same."""

from __future__ import annotations

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.forms.settings import FormsSettings
from tests.support.forms_fixture import forms_fixture

pytestmark = [pytest.mark.office, pytest.mark.slow]

KILLED_ONCE = """#!/bin/bash
# the real program; its first run is killed as soon as one page has come out
[ -e {mark} ] && exec {office} "$@"
touch {mark}
previous=""
for word in "$@"; do [ "$previous" = --outdir ] && out="$word"; previous="$word"; done
{office} "$@" &
child=$!
until compgen -G "$out/*.pdf" > /dev/null || ! kill -0 $child 2> /dev/null; do sleep 0.05; done
pkill -9 -P $child
kill -9 $child
touch {mark}.killed
exit 137
"""


def test_a_batch_survives_the_death_of_the_office(tmp_path: Path) -> None:
    office = tmp_path / "office"
    text = KILLED_ONCE.format(mark=tmp_path / "started", office=shutil.which("soffice"))
    office.write_text(text, encoding="utf-8")
    office.chmod(office.stat().st_mode | stat.S_IXUSR)
    world = forms_fixture(tmp_path)
    forms = FormsSettings(office=str(office), processes=1)
    dying = replace(world, settings=replace(world.settings, forms=forms))
    issued = dying.issue(*(dying.request("WJ") for _ in range(4)))
    assert (tmp_path / "started.killed").exists()
    assert [form.number[-3:] for form in issued] == ["001", "002", "003", "004"]
    assert all(world.issued.pdf_path(form.number).stat().st_size > 10_000 for form in issued)
