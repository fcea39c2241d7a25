"""Writes every page that the program tells about itself anew: `make docs`."""

from __future__ import annotations

from pathlib import Path

from scripts import (
    api_page,
    command_pages,
    input_page,
    outcome_pages,
    register_page,
    role_page,
    rule_pages,
    settings_page,
    threshold_page,
    troubleshooting_page,
)

MAKERS = {
    "api": api_page.made,
    "commands": command_pages.made,
    "input files": input_page.made,
    "outcomes": outcome_pages.made,
    "registers": register_page.made,
    "roles": role_page.made,
    "rules": rule_pages.made,
    "settings": settings_page.made,
    "thresholds": threshold_page.made,
    "troubleshooting": troubleshooting_page.made,
}
"""What is told of -> the function that makes its pages: path and whole text of each."""


def write() -> list[Path]:
    """All of them, in place; returns those that were not as they should be."""
    stale = []
    for make in MAKERS.values():
        for path, text in make().items():
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                stale.append(path)
    return stale


if __name__ == "__main__":
    for written in write():
        print(written.name)
