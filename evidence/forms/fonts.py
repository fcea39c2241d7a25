"""The pinned fonts: whether they are installed, and whether they can print every character.

LibreOffice never complains: it takes another font, which changes the pagination, or prints a box.
So both are asked of fontconfig beforehand, with the project's own configuration.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from evidence.errors import InputError, MissingPartError
from evidence.language import _

FONTS_CONF = Path(__file__).parent / "fonts.conf"
PINNED = {
    "Noto Serif CJK SC": "fonts-noto-cjk",
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "AR PL UKai CN": "fonts-arphic-ukai",
    "DejaVu Sans": "fonts-dejavu-core",
}
"""Family -> the Debian package that brings it."""
_COMMON = re.compile(
    "[\t\n\r\x20-\x7e\xa0-\xff\u2010-\u2027\u3000-\u3017\u4e00-\u9fa5\uff01-\uff5e￥☐☑√■□〇±×÷°℃≤≥≠①-⑳]"
)
"""Characters every pinned face or its fallback is known to have."""


def _fontconfig(*arguments: str) -> str:
    environment = dict(os.environ, FONTCONFIG_FILE=str(FONTS_CONF))
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False).stdout


def missing_fonts() -> tuple[str, ...]:
    """Pinned families that are not installed; empty when fontconfig's own tools are absent."""
    if shutil.which("fc-list") is None:
        return ()
    installed = _fontconfig("fc-list", ":", "family")
    return tuple(family for family in PINNED if family not in installed)


@lru_cache(maxsize=1)
def require_fonts() -> None:
    """Ask once for each process.

    Raises:
        MissingPartError: a pinned font is missing; the remedy is the command to type.
    """
    missing = missing_fonts()
    if missing:
        packages = " ".join(sorted({PINNED[family] for family in missing}))
        raise MissingPartError(
            _("缺少文书所用的字体：{families}。").format(families="、".join(missing)),
            where=str(FONTS_CONF),
            remedy=_("请运行：sudo apt-get install --no-install-recommends {packages}").format(
                packages=packages
            ),
        )


def font_file(family: str) -> Path:
    """The file of a pinned family's regular face, for programs that take no fontconfig.

    Raises:
        MissingPartError: it is not installed.
    """
    listed = (
        _fontconfig("fc-list", f":family={family}:style=Regular", "file") if shutil.which("fc-list") else ""
    )
    found = listed.partition(":")[0].strip()
    if not found:
        raise MissingPartError(
            _("缺少文书所用的字体：{families}。").format(families=family),
            where=str(FONTS_CONF),
            remedy=_("请运行：sudo apt-get install --no-install-recommends {packages}").format(
                packages=PINNED[family]
            ),
        )
    return Path(found)


@lru_cache(maxsize=4096)
def _printable(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind == "Cc":
        return True  # `fill` refuses control characters, and says so better
    if kind in ("Co", "Cn", "Cs"):
        return False  # a private character looks different with every font
    return bool(_fontconfig("fc-list", f":charset={ord(character):x}", "family").strip())


def require_printable(texts: Iterable[tuple[str, str]]) -> None:
    """Refuse characters that no installed font can print.

    Args:
        texts: (place, text).

    Raises:
        InputError: the first such character, with its place.
    """
    if shutil.which("fc-list") is None:
        return
    for place, text in texts:
        for character in _COMMON.sub("", text):
            if not _printable(character):
                raise InputError(
                    _("没有字体能印出“{character}”（U+{code:04X}）。").format(
                        character=character, code=ord(character)
                    ),
                    where=place,
                    remedy=_("请换用通用字，或安装含有该字的字体。"),
                )
