"""Covers and reports composed with Typst: same data, same bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import typst

from evidence.errors import MissingPartError
from evidence.language import _

SHEETS = Path(__file__).parent / "typst"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
REQUIRED_FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UKai", "DejaVu Sans")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a labelled thing landed: page from 1, points from the page's top-left."""

    key: str
    page: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A composed PDF and the places its template marked."""

    pdf: bytes
    marks: tuple[Mark, ...] = ()


def compose(
    template: str,
    data: Any,
    *,
    files: Mapping[str, Path | bytes] | None = None,
    at: datetime | None = None,
    marks: bool = False,
) -> Sheet:
    """Compose `typst/<template>.typ` over some data.

    Args:
        template: name of a sheet; it reads its data with `json(sys.inputs.data)`.
        data: anything msgspec encodes.
        files: pictures by the name the sheet's data uses for them.
        at: the document's date; the sheet carries none without it.
        marks: also report what the sheet marked with `#place-mark(…)` or as metadata `<mark>`.

    Raises:
        MissingPartError: a font is missing.
    """
    fonts = require_fonts()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for sheet in SHEETS.glob("*.typ"):
            shutil.copyfile(sheet, folder / sheet.name)
        (folder / "data.json").write_bytes(msgspec.json.encode(data))
        for name, source in (files or {}).items():
            if isinstance(source, bytes):
                (folder / name).write_bytes(source)
            else:
                shutil.copyfile(source, folder / name)
        compiler = typst.Compiler(
            str(folder / f"{template}.typ"), root=scratch, font_paths=fonts, sys_inputs={"data": "data.json"}
        )
        pdf = compiler.compile(
            format="pdf", timestamp=None if at is None else int(at.timestamp()), pdf_tags=False
        )
        found: tuple[Mark, ...] = ()
        if marks:
            found = tuple(msgspec.json.decode(compiler.query("<mark>", field="value"), type=list[Mark]))
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__} for {template}")
    return Sheet(pdf=pdf, marks=found)


@lru_cache(maxsize=1)
def require_fonts() -> typst.Fonts:
    """The fonts our sheets are set in, searched once.

    Raises:
        MissingPartError: naming the first that is missing.
    """
    folders = [path for path in FONT_FOLDERS if Path(path).is_dir()]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=folders)
    there = set(fonts.families())
    for family in REQUIRED_FONTS:
        if family not in there:
            raise MissingPartError(
                _("缺少字体 {family}，无法排版封面和清单。").format(family=family),
                remedy="apt install fonts-noto-cjk fonts-arphic-ukai fonts-arphic-uming fonts-dejavu-core",
            )
    return fonts
