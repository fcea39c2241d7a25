"""What an entry of the directory says, by its attributes' bytes."""

from __future__ import annotations

from evidence.identity.ldap_connection import Entry


def test_ids_that_are_no_text_stay_different() -> None:
    """Security identifiers of Active Directory differ in a few bytes that are no UTF-8."""
    sid = bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770")
    ids = {
        Entry(dn="cn=a", attributes={"objectsid": (sid + number.to_bytes(4, "little"),)}).text("objectSid")
        for number in range(1100, 1400)
    }
    assert len(ids) == 300


def test_text_is_text_and_an_absent_attribute_is_empty() -> None:
    entry = Entry(dn="cn=a", attributes={"cn": ("赵启明".encode(),)})
    assert (entry.text("CN"), entry.text("mail"), entry.text("")) == ("赵启明", "", "")
