"""如何验证.txt: verifying a package with ordinary tools alone.

Lines that begin with four spaces and `$ ` are commands for a POSIX shell inside the package's folder; tests
run them word for word, against a genuine package and against forgeries. No fingerprint stands in it: whoever
forges a package forges its instructions too.
"""

from __future__ import annotations

from pathlib import Path

from evidence import __version__
from evidence.release import WHEEL

NAME = "如何验证.txt"
PROMPT = "    $ "
_TEXTS = Path(__file__).parent / "how_to_verify"
_WARNING = "\n!! EVALUATION ONLY：本包由试用密钥签名，不具有移交效力。Signed with evaluation keys. !!\n"


def instructions(package: str, *, previous: str, stamped: bool, evaluation: bool) -> str:
    """The text for one package.

    Args:
        package: id.
        previous: id of the package before; empty for the first.
        stamped: whether the CMS carries a time stamp.
        evaluation: whether the keys are for evaluation only.
    """
    values = {
        "TITLE": f"如何验证移交包 {package} / How to verify this package",
        "WARNING": _WARNING if evaluation else "",
        "STAMP": _text("stamped" if stamped else "unstamped").rstrip("\n") + "\n",
        "PACKAGE": package,
        "LABEL": package.partition("-")[2],
        "PREVIOUS": previous or "上一个包",
        "VERSION": __version__,
        "WHEEL": WHEEL,
    }
    text = _text("text")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def commands(text: str) -> list[str]:
    """The commands in the text, in order."""
    return [line.removeprefix(PROMPT) for line in text.splitlines() if line.startswith(PROMPT)]


def _text(name: str) -> str:
    return (_TEXTS / f"{name}.txt").read_text("utf-8")
