"""A second factor: six digits from an app on a telephone, new every 30 seconds (RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

if TYPE_CHECKING:
    from evidence.web.models import Seat

STEP_S = 30
_DRIFT = 1
"""Steps that a telephone's clock may be away from ours."""
_SPARE_CODES = 8


def new_secret() -> str:
    """160 bits as apps take them, in base 32."""
    return base64.b32encode(os.urandom(20)).decode("ascii")


def address(secret: str, account: str, issuer: str) -> str:
    """What the QR code holds: `otpauth://totp/…`."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def picture(text: str) -> str:
    """A QR code as SVG, to stand in the page."""
    return str(segno.make(text, error="m").svg_inline(scale=4))


def fitting_step(secret: str, code: str, now: float, *, after: int = 0) -> int | None:
    """The time step whose code this is; None for a wrong one, or one that was used already.

    Args:
        now: seconds since 1970.
        after: the step of the last code that was taken; only later ones count.
    """
    here = int(now) // STEP_S
    for step in range(here - _DRIFT, here + _DRIFT + 1):
        expected = _totp(secret).generate(step * STEP_S).decode("ascii")
        if step > after and hmac.compare_digest(expected.encode(), code.encode()):
            return step
    return None


def spare_codes() -> list[str]:
    """Codes for the day on which the telephone is lost; each opens once."""
    return [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _each in range(_SPARE_CODES)]


def digest_of(code: str) -> str:
    """What is kept of a spare code."""
    return sha256(code.strip().lower().encode()).hexdigest()


def takes(seat: Seat, code: str, now: float) -> bool:
    """Whether a code opens this account; what was used up is written down before the answer.

    Without a secret nothing does: the codes of an empty key are anybody's to reckon.
    """
    if not seat.totp_secret:
        return False
    given = code.replace(" ", "").strip()
    step = fitting_step(seat.totp_secret, given, now, after=seat.totp_step)
    if step is not None:
        return _used_up(seat, totp_step=step)
    digest = digest_of(given)
    if digest not in seat.spare_codes:
        return False
    return _used_up(seat, spare_codes=[each for each in seat.spare_codes if each != digest])


def _used_up(seat: Seat, **left: Any) -> bool:
    """Write it down, unless somebody used a code since this seat was read: of two at once, one opens."""
    before = {name: getattr(seat, name) for name in left}
    if not type(seat).objects.filter(pk=seat.pk, totp_secret=seat.totp_secret, **before).update(**left):
        return False
    for name, value in left.items():
        setattr(seat, name, value)
    return True


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), STEP_S, enforce_key_length=False)  # noqa: S303 what apps know
