"""Fonts are asked beforehand, because LibreOffice never complains."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import InputError, MissingPartError
from evidence.forms import fonts

pytestmark = [pytest.mark.office]


def test_the_pinned_fonts_are_installed_here() -> None:
    assert fonts.missing_fonts() == ()


def test_a_missing_font_is_named_with_the_command_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    monkeypatch.setattr(fonts, "FONTS_CONF", empty)
    fonts.require_fonts.cache_clear()
    with pytest.raises(MissingPartError, match="AR PL UKai CN") as missing:
        fonts.require_fonts()
    fonts.require_fonts.cache_clear()
    assert "fonts-arphic-ukai" in missing.value.remedy


@pytest.mark.parametrize("text", ["龘喆祎玥堃", "𠮷野", "常州（甲）有限公司 No.3", "≥45℃", "①③"])
def test_rare_names_and_signs_can_be_printed(text: str) -> None:
    fonts.require_printable([("企业", text)])


@pytest.mark.parametrize("character", ["\ue000", "\U0002a6a5", "\U000e0041"])
def test_what_no_font_can_print_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(InputError, match=f"U\\+{ord(character):04X}") as refused:
        fonts.require_printable([("企业 · 名称", f"甲{character}")])
    assert refused.value.where == "企业 · 名称"
