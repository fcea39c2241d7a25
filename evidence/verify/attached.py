"""Signed PDFs that somebody else made and that came in as arrivals: an enterprise's e-document, a letter.

Each is judged as strictly as a PDF on its own and reported by name. None decides about the package:
the agency hands over exactly the bytes it received, and must not be blamed for a signature that was
broken, or whose certificate nobody here knows, when the file arrived (docs/decisions).
"""

from __future__ import annotations

from evidence.verify.model import Check, CheckKind, note, passed
from evidence.verify.pdf.signatures import PdfVerdict

SOUND, BROKEN = "attached.signature", "attached.broken"


def report_attached(file: str, verdict: PdfVerdict) -> Check:
    """What one such file's signatures are worth, in one sentence."""
    for kind, id, text in (
        (
            CheckKind.FAIL,
            BROKEN,
            "随附文件的签名不成立：{why}不影响本包真伪，但不能当作有效的电子签名，请查问来源。",
        ),
        (
            CheckKind.REVIEW,
            SOUND,
            "随附文件的签名尚不能认定：{why}需要时请用 --trust 给出其上级证书，单独验证该文件。",
        ),
    ):
        found = next((check.message for check in verdict.checks if check.kind is kind), "")
        if found:
            return note(id, text.format(why=found), file)
    return passed(SOUND, "随附文件的签名完好，签名人证书可信。", file)
