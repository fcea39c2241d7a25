"""The command `evidence`: the overview at once, everything else through click.

Importing click alone takes longer than the five times `python -c pass` that `evidence --help` may
take. The overview is therefore kept as click writes it, one text for each language, compiled by
`scripts/translations.py` with the catalogues and held to click's own by a test.
"""

from __future__ import annotations

import os
import sys

from evidence.cli.streams import holds_chinese, lost_output, make_reliable

OVERVIEW_WIDTH = 80
"""Columns the kept overview is written for; narrower terminals get click's own."""


def main(arguments: list[str] | tuple[str, ...] | None = None) -> None:
    """Run one command and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        make_reliable()
        if given in (["--help"], ["-h"]) and _wide_enough() and holds_chinese():
            sys.stdout.write(_overview())
            if lost_output() is None:
                sys.exit(0)
        from evidence.cli.program import run

        run(given)
    except KeyboardInterrupt:  # while modules are still being imported
        sys.exit(130)


def _wide_enough() -> bool:
    if "COLUMNS" in os.environ:
        return False
    try:
        return not sys.stdout.isatty() or os.get_terminal_size().columns >= OVERVIEW_WIDTH
    except OSError:
        return True


def _overview() -> str:
    from evidence.language import LOCALE_DIR, chosen_language

    return (LOCALE_DIR / chosen_language() / "overview.txt").read_text("utf-8")
