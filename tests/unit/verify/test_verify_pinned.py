"""A certificate that the reader names himself is as subject to validity and revocation as any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import crl

from evidence.verify.anchors import roots
from evidence.verify.trust import Purpose, TrustStore, assess
from tests.pki import Identity, days, make_crl, make_identity, shared_pki

NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)


def standing(store: TrustStore, signer: Identity, *, proven: bool = True) -> tuple[bool, str, bool]:
    found = assess(store, signer.asn1, purpose=Purpose.SIGN, moment=NOON, proven=proven)
    return found.trusted, found.sub_indication, found.fatal


@pytest.fixture(params=["pinned alone", "pinned beside its root"])
def store(request: pytest.FixtureRequest) -> TrustStore:
    pki = shared_pki()
    pinned = TrustStore(anchors=(pki.signer.der,), certificates=(pki.root.der,), crls=(pki.crl,))
    return (
        pinned if request.param == "pinned alone" else replace(pinned, anchors=(pki.signer.der, pki.root.der))
    )


def test_a_pinned_certificate_in_order_is_trusted(store: TrustStore) -> None:
    assert standing(store, shared_pki().signer) == (True, "", False)


@pytest.mark.parametrize(
    ("proven", "expected"), [(True, (False, "REVOKED", True)), (False, (False, "REVOKED_NO_POE", False))]
)
def test_a_revocation_that_is_known_counts(
    store: TrustStore, proven: bool, expected: tuple[bool, str, bool]
) -> None:
    pki = shared_pki()
    crl = make_crl(pki.root, revoked={pki.signer.certificate.serial_number: NOON - days(3)})
    assert standing(replace(store, crls=(crl,)), pki.signer, proven=proven) == expected


def test_without_revocation_data_it_stays_open(store: TrustStore) -> None:
    assert standing(replace(store, crls=()), shared_pki().signer) == (False, "TRY_LATER", False)


def test_a_list_by_somebody_who_only_shares_the_issuers_name_is_not_asked(store: TrustStore) -> None:
    pki = shared_pki()
    namesake = make_identity("甲根证书")
    crl = make_crl(namesake, revoked={pki.signer.certificate.serial_number: NOON - days(3)})
    found = standing(replace(store, crls=(crl,)), pki.signer)
    assert found == (False, "TRY_LATER", False)


def test_nobody_revokes_a_certificate_that_signed_itself() -> None:
    alone = make_identity("自签", end=NOON + days(9))
    # a root of this small world may not sign documents; validity is what is asked here
    assert standing(TrustStore(anchors=(alone.der,)), alone)[1] != "TRY_LATER"


def test_a_pinned_certificate_outside_its_validity_is_none() -> None:
    pki = shared_pki()
    old = make_identity("旧签名人", issuer=pki.root, end=NOON - days(1))
    store = TrustStore(anchors=(old.der,), certificates=(pki.root.der,), crls=(pki.crl,))
    assert standing(store, old)[:2] == (False, "EXPIRED")


@pytest.mark.parametrize("beside", [False, True], ids=["pinned alone", "pinned beside its root"])
@pytest.mark.parametrize("revoked", [False, True])
def test_a_revocation_of_a_pinned_intermediate_counts(beside: bool, revoked: bool) -> None:
    root = make_identity("根")
    between = make_identity("中间", issuer=root, authority=True)
    signer = make_identity("签章", issuer=between)
    when = {between.certificate.serial_number: NOON - days(3)} if revoked else {}
    lists = (make_crl(root, revoked=when), make_crl(between))
    ends = roots(
        signer.asn1,
        anchors=[between.asn1, root.asn1] if beside else [between.asn1],
        others=[root.asn1, between.asn1],
        lists=[crl.CertificateList.load(each) for each in lists],
        moment=NOON,
    )
    assert (between.der in [each.dump() for each in ends]) is not revoked
    by_root = TrustStore(anchors=(root.der,), certificates=(between.der,), crls=lists)
    assert standing(by_root, signer)[0] is not revoked
    pinned = (between.der, root.der) if beside else (between.der,)
    store = TrustStore(anchors=pinned, certificates=(root.der, between.der), crls=lists)
    if revoked:
        assert not standing(store, signer)[0]
