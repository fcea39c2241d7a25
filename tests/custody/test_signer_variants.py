"""Certificates under a trusted commercial authority that look like the agency's, or nearly."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.x509 import Name, NameAttribute, ObjectIdentifier
from cryptography.x509.oid import NameOID

from evidence.verify.model import Check, CheckKind, Indication, Report
from tests.custody.forging import judge, read_files, sealed, spoil, write
from tests.custody.ten_weeks import Weeks, make_pki
from tests.support.handing_over import NAMES
from tests.support.packing import Files, sign_pdf
from tests.support.pki import Identity, Pki, make_crl, make_identity

ORG, CN, OU = NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME
ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
AGENCY = NAMES.agency
OTHER = "镇江某某商贸有限公司"

Subject = list[tuple[ObjectIdentifier, str]]
STRANGERS: dict[str, Subject] = {
    "another company": [(ORG, OTHER), (CN, "签章")],
    "another company, agency as common name": [(ORG, OTHER), (CN, AGENCY)],
    "no organisation, agency as common name": [(CN, AGENCY)],
    "no organisation, agency as unit": [(OU, AGENCY), (CN, "签章")],
    "two organisations": [(ORG, AGENCY), (ORG, OTHER), (CN, "签章")],
    "two organisations, the other first": [(ORG, OTHER), (ORG, AGENCY), (CN, "签章")],
    "a branch": [(ORG, AGENCY + "镇江分公司"), (CN, "签章")],
    "a look-alike character": [(ORG, AGENCY.replace("有", "冇")), (CN, "签章")],
    "a character nobody sees": [(ORG, AGENCY[:2] + "\u200b" + AGENCY[2:]), (CN, "签章")],
}
NAMESAKES: dict[str, Subject] = {
    "the same organisation": [(ORG, AGENCY), (CN, "签章")],
    "the same organisation under another number": [
        (ORG, AGENCY),
        (ORGANIZATION_IDENTIFIER, "NTRCN-91320411MA1XXXXX0X"),
        (CN, "签章"),
    ],
    "the same organisation with a wide space": [(ORG, AGENCY + "\u3000"), (CN, "签章")],
}


@pytest.fixture(scope="module")
def authority() -> Identity:
    """A commercial certificate authority that the reader trusts."""
    return make_identity("商业根证书", organization="某电子认证服务有限公司")


def signed_by(weeks: Weeks, label: str, folder: Path, signer: Identity, root: Identity) -> Report:
    """A package sealed by another certificate, judged by a reader who trusts its root as well."""
    crl = make_crl(root)
    files = read_files(weeks.built[label])
    files["certificates/signer-chain.pem"] = signer.pem + root.pem
    files["certificates/9-other.crl"] = crl
    pki = Pki(root=root, signer=signer, authority=weeks.agency.authority, crl=crl)
    path = write(sealed(files, pki), weeks.built[label].stem, folder)
    return judge(weeks, path, trust=[*weeks.trust, root.pem])


def asked(report: Report) -> list[Check]:
    return [
        check
        for check in report.checks
        if check.id == "signature.identity"
        and check.kind is CheckKind.REVIEW
        and not check.location.endswith("pdf")
    ]


@pytest.mark.parametrize("label", ["W13", "W14"], ids=["the first package", "a later one"])
@pytest.mark.parametrize("subject", STRANGERS.values(), ids=STRANGERS.keys())
def test_another_company_is_undecided_whatever_its_certificate_says(
    weeks: Weeks, tmp_path: Path, authority: Identity, subject: Subject, label: str
) -> None:
    name = Name([NameAttribute(kind, value) for kind, value in subject])
    signer = make_identity("", issuer=authority, subject=name)
    report = signed_by(weeks, label, tmp_path, signer, authority)
    said = asked(report)
    assert report.indication is Indication.INDETERMINATE
    assert any(AGENCY in check.message and signer.asn1.sha256.hex() in check.message for check in said)
    assert not any("\u200b" in check.message for check in said), "names that differ must look different"


@pytest.mark.parametrize("subject", NAMESAKES.values(), ids=NAMESAKES.keys())
def test_a_namesakes_key_is_undecided_against_the_journal(
    weeks: Weeks, tmp_path: Path, authority: Identity, subject: Subject
) -> None:
    name = Name([NameAttribute(kind, value) for kind, value in subject])
    signer = make_identity("", issuer=authority, subject=name)
    report = signed_by(weeks, "W14", tmp_path, signer, authority)
    (said,) = asked(report)
    assert report.indication is Indication.INDETERMINATE
    assert signer.asn1.sha256.hex() in said.message
    assert weeks.agency.signer.asn1.sha256.hex() in said.message


@pytest.mark.parametrize("same_key", [True, False], ids=["the old key", "another key"])
def test_a_new_certificate_that_nobody_registered_is_undecided(
    weeks: Weeks, tmp_path: Path, same_key: bool
) -> None:
    """From the agency's own authority, with the very same subject."""
    before, root = weeks.agency.signer, weeks.agency.root
    name = before.certificate.subject
    signer = make_identity("", issuer=root, subject=name, key=before.key if same_key else None)
    report = signed_by(weeks, "W14", tmp_path, signer, root)
    assert report.indication is Indication.INDETERMINATE
    (said,) = asked(report)
    assert before.asn1.sha256.hex() in said.message
    kept = judge(weeks, weeks.built["W14"], "W13")
    assert not asked(kept)


@pytest.mark.parametrize("path", ["data/移交清单.pdf", "卷宗.pdf"])
def test_a_paper_that_somebody_else_signed_is_asked_about(
    weeks: Weeks, tmp_path: Path, as_zip: bool, path: str
) -> None:
    """The agency sealed the package; list or dossier inside bears a trusted stranger's signature."""
    other = make_pki("商贸", OTHER)

    def change(files: Files) -> None:
        name = next(each for each in sorted(files) if each.endswith(path))
        files[name] = sign_pdf(unsigned(files[name]), other, weeks.clock.now, long_term=False)
        files["certificates/9-other.crl"] = other.crl

    report = judge(
        weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip), trust=[*weeks.trust, other.root.pem]
    )
    said = [
        check for check in report.checks if check.id == "signature.identity" and check.location.endswith(path)
    ]
    assert report.indication is not Indication.PASSED
    assert said
    assert OTHER in said[0].message


def unsigned(pdf: bytes) -> bytes:
    """The revision before the signature."""
    first = pdf.index(b"%%EOF") + len(b"%%EOF\n")
    return pdf[:first]
