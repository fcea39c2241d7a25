"""What a command says: results and documents on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import click
import msgspec

from evidence.cli.signs import tinted
from evidence.cli.streams import is_utf8


def write_line(stream: TextIO, text: str) -> None:
    """One line; its colours only where the stream is a terminal."""
    stream.write((text if stream.isatty() else click.unstyle(text)) + "\n")
    stream.flush()


def emit(document: Any) -> None:
    """One JSON document on stdout, nothing else there. Dataclasses, dates and enums are fine.

    JSON is UTF-8 (RFC 8259, 8.1); a stream of another encoding gets it in ASCII, which is both.
    """
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    text = encoded.decode()
    if not is_utf8(sys.stdout):
        text = json.dumps(json.loads(encoded), indent=2, ensure_ascii=True)
    sys.stdout.write(text + "\n")


def say(lines: str | Iterable[str] = "") -> None:
    """Plain result lines on stdout."""
    for line in [lines] if isinstance(lines, str) else lines:
        write_line(sys.stdout, tinted(line))


def progress(message: str) -> None:
    """Progress and remarks go to stderr."""
    write_line(sys.stderr, tinted(message))
