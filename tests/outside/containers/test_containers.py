"""Archives, mail and portfolios: exactly kept, each member an arrival of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest

from evidence.inbox.report import arrival_row, summary
from evidence.ledger.view import Arrival
from tests.outside.compound import compound
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, real_pdf, scan

PAGE_1, PAGE_2, STRANGE = scan(f"{CHECK}/1"), scan(f"{CHECK}/2"), scan("no_code")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def mail(members: Mapping[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "整改材料"
    message.set_content("见附件")
    for name, content in members.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def outlook(members: Mapping[str, bytes]) -> bytes:
    return compound(message_streams(members))


def message_streams(members: Mapping[str, bytes]) -> dict[str, bytes]:
    streams = {"__properties_version1.0": b"\0" * 32}
    for number, (name, content) in enumerate(members.items()):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return streams


def with_messages(streams: Mapping[str, bytes], members: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """A message that holds other messages: their streams by subject."""
    whole = dict(streams)
    for number, (subject, inner) in enumerate(members.items(), 10):
        embedded = f"__attach_version1.0_#{number:08X}/__substg1.0_3701000D"
        whole[f"{embedded}/__substg1.0_0037001F"] = subject.encode("utf-16-le")
        whole |= {f"{embedded}/{name}": content for name, content in inner.items()}
    return compound(whole)


def taken(room: Room, name: str, content: bytes) -> tuple[Arrival, list[Arrival]]:
    room.drop(name, content)
    container, *members = room.ingest()
    return container, members


MAKERS = {"zip": zipped, "eml": mail}


@pytest.mark.parametrize("kind", MAKERS)
def test_members_are_arrivals_that_name_their_container(room: Room, kind: str) -> None:
    content = MAKERS[kind]({"扫描1.pdf": PAGE_1, "扫描2.pdf": PAGE_2})
    container, members = taken(room, f"材料.{kind}", content)
    assert container.outcome == "linked"
    assert [(each.path, each.outcome) for each in members] == [
        (f"材料.{kind}/扫描1.pdf", "linked"),
        (f"材料.{kind}/扫描2.pdf", "linked"),
    ]
    assert {each.within for each in members} == {container.id}
    assert container.sha256 is not None
    assert room.originals.read(container.sha256) == content
    rows = [arrival_row(each, room.ledger.view) for each in (container, *members)]
    assert rows[0]["members"] == [each.id for each in members]
    assert rows[1]["within"] == container.id
    counts = summary((container, *members))
    assert counts["received"] == counts["linked"] == 3


def test_an_outlook_message_gives_its_attachments(room: Room) -> None:
    container, members = taken(room, "转发.msg", outlook({"扫描1.pdf": PAGE_1, "说明.txt": b"x"}))
    assert [each.path for each in members] == ["转发.msg/扫描1.pdf", "转发.msg/说明.txt"]
    assert [each.outcome for each in members] == ["linked", "quarantined"]
    assert container.outcome == "unidentified"


def test_messages_within_an_outlook_message_give_theirs(room: Room) -> None:
    deepest = message_streams({"扫描2.pdf": PAGE_2})
    inner = message_streams({"说明.txt": b"x"})
    inner |= {
        f"__attach_version1.0_#00000009/__substg1.0_3701000D/{name}": each for name, each in deepest.items()
    }
    empty = message_streams({})
    outer = with_messages(message_streams({"扫描1.pdf": PAGE_1}), {"回复：整改/材料": inner, "无附件": empty})
    container, members = taken(room, "转发.msg", outer)
    assert {each.path: each.outcome for each in members} == {
        "转发.msg/扫描1.pdf": "linked",
        "转发.msg/回复：整改_材料.msg/说明.txt": "quarantined",
        "转发.msg/回复：整改_材料.msg/转发的邮件.msg/扫描2.pdf": "linked",
    }
    assert "无附件（是转发的邮件，没有附件）" in container.message


def test_a_container_waits_until_its_last_member_is_linked(room: Room) -> None:
    from evidence.inbox.deciding import Decider
    from tests.support.inbox_fixture import CASE

    container, members = taken(room, "材料.zip", zipped({"1.pdf": PAGE_1, "2.pdf": STRANGE}))
    assert (container.outcome, members[1].outcome) == ("unidentified", "unidentified")
    room.desk.link_case(members[1].id, CASE, Decider(actor="cli:x", by="王芳", why="看过照片内容"))
    room.ingest()
    found = room.ledger.view.arrival(container.id)
    assert found is not None
    assert found.outcome == "linked"


def test_a_broken_member_waits_for_nothing(room: Room) -> None:
    _container, (member,) = taken(room, "材料.zip", zipped({"半.pdf": PAGE_1[:-8]}))
    assert (member.outcome, member.reason) == ("quarantined", "malformed")
    assert "不完整" in member.message
    room.ingest()
    again = room.ledger.view.arrival(member.id)
    assert again == member, "no look at the inbox withdraws it"


def test_the_same_container_again_is_a_duplicate_and_opens_nothing(room: Room) -> None:
    content = zipped({"1.pdf": PAGE_1})
    taken(room, "材料.zip", content)
    again, members = taken(room, "材料(1).zip", content)
    assert (again.outcome, members) == ("duplicate", [])


def test_the_same_member_twice_is_taken_once(room: Room) -> None:
    container, members = taken(room, "材料.zip", zipped({"1.pdf": PAGE_1, "另存.pdf": PAGE_1}))
    assert [each.outcome for each in members] == ["linked", "duplicate"]
    assert members[1].duplicate_of == members[0].id
    assert container.outcome == "linked"


def test_containers_within_containers(room: Room) -> None:
    inner = mail({"深.zip": zipped({"1.pdf": PAGE_1})})
    container, members = taken(room, "外.zip", zipped({"信.eml": inner}))
    paths = {each.path: each.outcome for each in (container, *members)}
    assert paths == {
        "外.zip": "linked",
        "外.zip/信.eml": "linked",
        "外.zip/信.eml/深.zip": "linked",
        "外.zip/信.eml/深.zip/1.pdf": "linked",
    }
    assert len(room.ledger.view.arrivals()) == 4


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("空.zip", zipped({}), "unsupported_type"),
        ("程序.zip", zipped({"a.exe": b"MZ" + bytes(90)}), "unsupported_type"),
        ("没有附件.eml", mail({}), "unsupported_type"),
        ("压缩.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100), "unsupported_type"),
        ("压缩.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100), "unsupported_type"),
        (
            "压缩.tar",
            zipped({}) and (b"x.pdf".ljust(257, b"\0") + b"ustar\x0000" + bytes(255) + real_pdf()),
            "unsupported_type",
        ),
        ("改名.pdf", zipped({"1.pdf": PAGE_1}), "type_mismatch"),
        ("半.zip", zipped({"1.pdf": PAGE_1 * 50})[:-30], "incomplete"),
        ("版式.ofd", zipped({"OFD.xml": b"<x/>"}), "unsupported_type"),
    ],
)
def test_what_is_not_opened_says_why(room: Room, name: str, content: bytes, reason: str) -> None:
    container, members = taken(room, name, content)
    assert (container.outcome, container.reason, members) == ("quarantined", reason, [])
    if name.endswith((".rar", ".7z", ".tar")):
        assert "解压" in container.message


def test_a_stored_pdf_makes_no_polyglot_of_an_archive(room: Room) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("1.pdf", PAGE_1)
    container, members = taken(room, "材料.zip", buffer.getvalue())
    assert [container.outcome, members[0].outcome] == ["linked", "linked"]


def test_bombs_are_refused_with_the_figure(tmp_path: Path) -> None:
    room = open_room(tmp_path, replace(QUICK, max_unpacked_bytes=2 * 1024**2, max_members=20))
    large, _none = taken(room, "炸弹.zip", zipped({"0.pdf": bytes(5 * 1024**2)}))
    assert (large.reason, "2 MB" in large.message) == ("too_large", True)
    many, _none = taken(room, "很多.zip", zipped({f"{n}.pdf": b"x" for n in range(30)}))
    assert (many.reason, "20 个" in many.message) == ("too_large", True)
    shared, members = taken(
        room, "套娃.zip", zipped({f"{n}.zip": zipped({f"{n}.pdf": bytes(900 * 1024)}) for n in range(4)})
    )
    assert shared.outcome == "unidentified"
    assert "too_large" in {each.reason for each in members}


def test_names_within_are_shown_and_never_followed(room: Room) -> None:
    content = zipped(
        {"../../逃.pdf": PAGE_1, "/etc/x.pdf": PAGE_2, "__MACOSX/._1.pdf": b"x", ".DS_Store": b"x"}
    )
    container, members = taken(room, "材料.zip", content)
    assert [each.path for each in members] == ["材料.zip/逃.pdf", "材料.zip/etc/x.pdf"]
    assert ".DS_Store" in container.message


def test_names_in_gbk_are_read_and_kept(room: Room) -> None:
    content = zipped({"AAAA.pdf": PAGE_1}).replace(b"AAAA.pdf", "记录".encode("gbk") + b".pdf")
    _container, (member,) = taken(room, "材料.zip", content)
    assert member.path == "材料.zip/记录.pdf"
    assert bytes.fromhex(member.path_bytes) == "记录".encode("gbk") + b".pdf"


def with_attachment(collection: bool) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.attachments["扫描.pdf"] = PAGE_1
        document.attachments["设置.exe"] = b"MZ" + bytes(90)
        if collection:
            document.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection)
        document.save(buffer)
    return buffer.getvalue() + b"\n#no_code\n"


def test_a_portfolio_is_what_it_holds(room: Room) -> None:
    container, (member,) = taken(room, "文件包.pdf", with_attachment(collection=True))
    assert (container.outcome, member.outcome) == ("linked", "linked")
    assert "设置.exe" in container.message


def test_attachments_of_an_ordinary_pdf_are_taken_and_listed(room: Room) -> None:
    container, (member,) = taken(room, "信.pdf", with_attachment(collection=False))
    assert (container.outcome, member.outcome) == ("unidentified", "linked")
    assert member.within == container.id
    assert "附件" in container.message


def test_a_message_in_several_encodings_and_one_with_a_byte_order_mark(room: Room) -> None:
    """Its text in UTF-8, a name in GBK: no encoding fits the whole."""
    message = mail({"SCAN.pdf": PAGE_1}).replace(b'"SCAN.pdf"', b'"' + "扫描件.pdf".encode("gbk") + b'"')
    message = message.replace(b"\n\n", b"\nX-Note: " + "附件".encode() + b"\n\n", 1)
    container, members = taken(room, "混.eml", message)
    assert (container.outcome, [each.outcome for each in members]) == ("linked", ["linked"])
    assert members[0].path == "混.eml/扫描件.pdf"
    container, members = taken(room, "标.eml", b"\xef\xbb\xbf" + mail({"扫描2.pdf": PAGE_2}))
    assert (container.outcome, [each.outcome for each in members]) == ("linked", ["linked"])
