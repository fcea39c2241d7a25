"""What is tolerated of other programs' files lets no attack pass, and a changed page is always a failure."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pyhanko.sign.fields import MDPPerm

from evidence.verify.model import CheckKind, Indication, conclude
from evidence.verify.pdf.signatures import PdfVerdict, judge_pdf
from evidence.verify.trust import TrustStore
from tests.outside.signed_by_others.attacks import attacks
from tests.support.forgery import contract
from tests.support.packing import sign_pdf
from tests.support.pki import shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)
LEFT_OPEN = {
    "objects behind padding",  # no reader finds the end of the file any more
    "content freed",
    "stamp over the text",
    "field over the text",
    "script at opening",
    "layers switched",
}
"""Nothing on the pages themselves differs, so that a person must look."""

PLAIN = attacks(sign_pdf(contract(hidden=True), shared_pki(), NOON, certify=False))
CERTIFIED = attacks(
    sign_pdf(contract(hidden=True), shared_pki(), NOON, certify=True, permission=MDPPerm.FILL_FORMS)
)


def judge(data: bytes, *, ours: bool = False) -> tuple[Indication, PdfVerdict]:
    store = TrustStore(anchors=(shared_pki().root.der,), crls=(shared_pki().crl,))
    verdict = judge_pdf(io.BytesIO(data), file="合同.pdf", store=store, now=NOW, ours=ours)
    return conclude(verdict.checks)[0], verdict


@pytest.mark.parametrize("certified", [False, True])
@pytest.mark.parametrize("name", PLAIN)
def test_no_attack_passes(name: str, certified: bool) -> None:
    data = (CERTIFIED if certified else PLAIN)[name]
    indication, verdict = judge(data)
    assert indication is not Indication.PASSED, verdict.checks
    if name not in LEFT_OPEN:
        assert indication is Indication.FAILED, verdict.checks
    assert any(check.kind in (CheckKind.FAIL, CheckKind.REVIEW) and check.message for check in verdict.checks)
    assert judge(data, ours=True)[0] is Indication.FAILED
