"""A certificate that the reader names himself is as subject to validity and revocation as any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evidence.verify.trust import Purpose, TrustStore, assess, assess_stamp
from tests.support.pki import Identity, days, make_authority, make_crl, make_identity, shared_pki

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


@pytest.fixture(scope="module")
def chain() -> tuple[Identity, Identity, Identity]:
    """A root, an authority between, and who signed."""
    root = make_identity("根")
    between = make_identity("中间", issuer=root, authority=True)
    return root, between, make_identity("签章", issuer=between)


@pytest.mark.parametrize("beside", [False, True], ids=["pinned alone", "pinned beside its root"])
def test_a_pinned_intermediate_passes_when_both_lists_are_there(
    chain: tuple[Identity, Identity, Identity], beside: bool
) -> None:
    root, between, signer = chain
    store = TrustStore(
        anchors=(between.der, root.der) if beside else (between.der,),
        certificates=(root.der, between.der),
        crls=(make_crl(root), make_crl(between)),
    )
    assert standing(store, signer) == (True, "", False)
    stamp = make_authority("时间戳", between)
    assert assess_stamp(store, stamp.asn1, gen_time=NOON, existed=NOON + days(9)).trusted


@pytest.mark.parametrize("revoked", ["authority", "signer"])
@pytest.mark.parametrize("beside", [False, True], ids=["pinned alone", "pinned beside its root"])
def test_a_revocation_at_either_end_of_a_pinned_intermediate_counts(
    chain: tuple[Identity, Identity, Identity], beside: bool, revoked: str
) -> None:
    root, between, signer = chain
    gone = between if revoked == "authority" else signer
    named = {gone.certificate.serial_number: NOON - days(3)}
    store = TrustStore(
        anchors=(between.der, root.der) if beside else (between.der,),
        certificates=(root.der, between.der),
        crls=(
            make_crl(root, revoked=named if gone is between else None),
            make_crl(between, revoked=named if gone is signer else None),
        ),
    )
    assert not standing(store, signer)[0]


@pytest.mark.parametrize("lacking", ["its own list", "the list above it"])
def test_a_pinned_intermediate_without_one_of_the_lists_stays_open(
    chain: tuple[Identity, Identity, Identity], lacking: str
) -> None:
    root, between, signer = chain
    given = make_crl(root) if lacking == "its own list" else make_crl(between)
    store = TrustStore(anchors=(between.der,), certificates=(root.der,), crls=(given,))
    assert standing(store, signer) == (False, "TRY_LATER", False)


def test_a_pinned_intermediate_whose_issuer_nobody_knows_stays_open(
    chain: tuple[Identity, Identity, Identity],
) -> None:
    root, between, signer = chain
    store = TrustStore(anchors=(between.der,), crls=(make_crl(root), make_crl(between)))
    assert standing(store, signer) == (False, "TRY_LATER", False)


def test_a_pinned_signer_below_an_intermediate_needs_the_intermediates_list_only(
    chain: tuple[Identity, Identity, Identity],
) -> None:
    _root, between, signer = chain
    store = TrustStore(anchors=(signer.der,), certificates=(between.der,), crls=(make_crl(between),))
    assert standing(store, signer) == (True, "", False)


def test_another_branch_below_the_root_of_a_pinned_certificate_is_not_trusted(
    chain: tuple[Identity, Identity, Identity],
) -> None:
    root, between, signer = chain
    branch = make_identity("另一中间", issuer=root, authority=True)
    stranger = make_identity("路人", issuer=branch)
    lists = (make_crl(root), make_crl(between), make_crl(branch))
    for pinned in (between, signer):
        store = TrustStore(
            anchors=(pinned.der,), certificates=(root.der, between.der, branch.der), crls=lists
        )
        assert not standing(store, stranger)[0]
        sibling = make_identity("同门", issuer=between)
        assert standing(store, sibling)[0] is (pinned is between)


def test_trusting_more_takes_nothing_away(chain: tuple[Identity, Identity, Identity]) -> None:
    root, between, signer = chain
    stamp = make_authority("时间戳", between)
    known, lists = (root.der, between.der), (make_crl(root), make_crl(between))
    for anchors in ((root,), (root, signer), (root, between), (root, between, signer)):
        store = TrustStore(anchors=tuple(each.der for each in anchors), certificates=known, crls=lists)
        assert standing(store, signer)[0], anchors
        assert assess_stamp(store, stamp.asn1, gen_time=NOON, existed=NOON + days(9)).trusted, anchors
