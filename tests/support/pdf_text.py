"""What poppler reads in a PDF."""

from __future__ import annotations

import subprocess
from pathlib import Path


def text_of(path: Path) -> str:
    """All text without spaces and line breaks."""
    command = ["pdftotext", "-layout", str(path), "-"]
    return "".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
