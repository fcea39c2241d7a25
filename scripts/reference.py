"""Writes every page that the program tells about itself anew: `make docs`."""

from __future__ import annotations

from scripts import command_pages, rule_pages, settings_page


def write() -> None:
    """All of them, in place."""
    command_pages.write()
    rule_pages.write()
    settings_page.PAGE.write_text(settings_page.page(), encoding="utf-8")


if __name__ == "__main__":
    write()
