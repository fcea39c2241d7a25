"""Identity files found on recorder cards."""

from __future__ import annotations

import pytest

from evidence.errors import UnreadableError
from evidence.recordings.cards import Card, is_card_file, read_card

OWN = Card(device="0012345", officer="000123")


@pytest.mark.parametrize(
    ("name", "data", "card"),
    [
        ("PARAM.INI", b"[ZFY]\nDevNo=0012345\nPolNo=000123\nUserName=x\n", OWN),
        ("param.ini", "[ZHY]\r\nDevNo = TA00716\r\nPolNo = 000000\r\nCorpName = 某公司\r\n".encode(),
         Card(device="TA00716", officer="")),
        ("Param.ini", "[ZFY]\nDevNo=0012345\nPolNo=1\nUserName=张三\n".encode("gbk"),
         Card(device="0012345", officer="1")),
        ("hsAuth.ini", b"[ZFY]\nDevNo=000000\nPolNo=000000\n", Card(device="")),
        ("DCIM/100MEDIA/Info.dat", b"0012345;x;000123;y\nmore\n", OWN),
    ],
)  # fmt: skip
def test_known_cards_are_read(name: str, data: bytes, card: Card) -> None:
    assert is_card_file(name)
    assert read_card(data, name=name) == card


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("PARAM.INI", b""),
        ("PARAM.INI", b"[X]\na=b"),
        ("PARAM.INI", b"no ini"),
        ("Info.dat", b"\x00\xff;;"),
        ("Info.dat", b""),
    ],
)
def test_a_card_without_a_device_is_refused_with_a_next_step(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_card(data, name=name)
    assert caught.value.remedy


def test_other_files_are_no_cards() -> None:
    assert not is_card_file("report.ini")
