"""A signature's time stamp taken from another signature proves no time, and says nothing against this one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms

from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication
from evidence.verify.pdf.signatures import judge_pdf
from evidence.verify.pdf.task import judge_task
from evidence.verify.trust_files import read_trust
from tests.support.packing import plain_pdf, sign_cms, sign_pdf, to_folder
from tests.unit.verify.test_verify_certificates import package, short_lived

AT = datetime(2022, 6, 1, tzinfo=UTC)
_CONTENTS = re.compile(rb"/Contents <([0-9a-fA-F]+)>")


def with_stamp_of(signature: bytes, other: bytes) -> bytes:
    """One CMS with the unsigned attributes of another."""
    changed, source = cms.ContentInfo.load(signature), cms.ContentInfo.load(other)
    taken = source["content"]["signer_infos"][0]["unsigned_attrs"]
    changed["content"]["signer_infos"][0]["unsigned_attrs"] = taken
    return bytes(changed.dump(force=True))


def test_under_a_pdf_it_leaves_the_verdict_open() -> None:
    pki = short_lived()
    one, other = (sign_pdf(plain_pdf(text), pki, AT) for text in ("甲", "乙"))
    (mine,), (theirs,) = _CONTENTS.findall(one), _CONTENTS.findall(other)
    changed = with_stamp_of(bytes.fromhex(mine.decode()), bytes.fromhex(theirs.decode()))
    spoilt = one.replace(mine, changed.hex().encode().ljust(len(mine), b"0"))
    assert len(spoilt) == len(one)
    verdict = judge_pdf(
        io.BytesIO(spoilt),
        file="x.pdf",
        store=read_trust([pki.root.pem, pki.crl]),
        now=datetime(2022, 7, 1, tzinfo=UTC),
    )
    kinds = {check.id: check.kind for check in verdict.checks}
    assert kinds["pdf.signature"] is CheckKind.PASS
    assert kinds["pdf.timestamp"] is CheckKind.REVIEW
    assert CheckKind.FAIL not in kinds.values()
    assert [row.indication for row in verdict.rows] != [Indication.FAILED]


def test_under_a_package_it_leaves_the_verdict_open(tmp_path: Path) -> None:
    pki = short_lived()
    files = package(pki)
    name = "tagmanifest-sha256.txt.p7s"
    path = to_folder(
        {**files, name: with_stamp_of(files[name], sign_cms(b"other", pki, AT))}, tmp_path / "WJB-2022-W13"
    )
    report = verify_path(
        path,
        trust=[pki.root.pem],
        at=datetime(2022, 7, 1, tzinfo=UTC),
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )
    assert report.indication is Indication.INDETERMINATE
    (said,) = [
        check
        for check in report.checks
        if check.id == "signature.timestamp" and check.kind is not CheckKind.NOTE
    ]
    assert (said.kind, said.sub_indication) == (CheckKind.REVIEW, "NO_POE")
