"""The visible signature on the handover list: a seal-like mark with Chinese text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pyhanko.stamp import StaticStampStyle

from evidence.bundles.signers import SigningKey
from evidence.bundles.typesetting import compose
from evidence.domain.week import SHANGHAI


def seal_style(agency: str, key: SigningKey, *, now: datetime, scratch: Path) -> StaticStampStyle:
    """A round red mark with the agency's name, the real signing time and the certificate's beginning.

    It belongs to the signature's own revision, so it may carry real time without touching the
    unsigned one. The mark is kept in `scratch` until the signature is made.
    """
    sheet = compose(
        "seal",
        {
            "agency": agency,
            "signed_at": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "fingerprint": key.certificate.sha256.hex()[:16],
            "evaluation": key.evaluation,
        },
    )
    # pyHanko reads the picture while it signs: it must outlive this call
    path = scratch / "seal.pdf"
    path.write_bytes(sheet.pdf)
    return StaticStampStyle.from_pdf_file(str(path), border_width=0, background_opacity=1)
