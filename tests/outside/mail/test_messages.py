"""Messages as mail programs make them: what is inside comes out, what is signed or encrypted is said."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from evidence.errors import UnreadableError
from evidence.filetypes import media
from evidence.filetypes.mail_message import SIGNED
from evidence.filetypes.members import Container, Contents, unpack
from tests.support import pki

CONTENT = b"%PDF-1.4 the report"


def opened(tmp_path: Path, message: bytes) -> Contents:
    path, into = tmp_path / "mail.eml", tmp_path / "into"
    path.write_bytes(message)
    into.mkdir()
    return unpack(Container(path=path, media_type=media.EML, into=into, most_bytes=10**7, most_members=50))


def members(contents: Contents) -> dict[str, bytes]:
    return {each.name.decode(): each.path.read_bytes() for each in contents.members}


def with_report() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "张三 <Zhang@Factory.CN>", "整改报告"
    message.set_content("见附件")
    message.add_attachment(CONTENT, maintype="application", subtype="pdf", filename="报告.pdf")
    return message


def tnef(name: str, data: bytes) -> bytes:
    """A `winmail.dat` with one attachment ([MS-OXTNEF] 2.1)."""

    def attribute(id_: int, content: bytes) -> bytes:
        return struct.pack("<BII", 2, id_, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)

    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(0x00069002, rendering)
        + attribute(0x00018010, name.encode("gb18030") + b"\0")
        + attribute(0x0006800F, data)
    )


def test_attachments_come_out_and_the_letterhead_is_read(tmp_path: Path) -> None:
    contents = opened(tmp_path, with_report().as_bytes())
    assert members(contents) == {"报告.pdf": CONTENT}
    assert contents.letterhead is not None
    assert (contents.letterhead.subject, contents.letterhead.sender) == ("整改报告", "zhang@factory.cn")


def test_raw_gb18030_headers_and_names_are_read(tmp_path: Path) -> None:
    raw = (
        "Subject: 整改报告\r\nFrom: 张三 <zhang@factory.cn>\r\nContent-Type: application/pdf; "
        'name="报告.pdf"\r\nContent-Disposition: attachment; filename="报告.pdf"\r\n\r\n'
    ).encode("gb18030")
    contents = opened(tmp_path, raw + CONTENT)
    assert contents.letterhead is not None
    assert contents.letterhead.subject == "整改报告"
    (member,) = contents.members
    assert member.name.decode("gb18030") == "报告.pdf"


def test_what_outlook_packs_into_winmail_dat_comes_out(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(
        tnef("report.pdf", CONTENT), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    assert members(opened(tmp_path, message.as_bytes())) == {"report.pdf": CONTENT}


def test_a_winmail_dat_that_is_none_is_kept_as_a_file(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"no tnef", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert members(opened(tmp_path, message.as_bytes())) == {"winmail.dat": b"no tnef"}


@pytest.mark.parametrize("clear", [True, False], ids=["clear-signed", "opaque"])
def test_a_signed_message_gives_its_attachments_and_says_that_it_is_signed(
    tmp_path: Path, clear: bool
) -> None:
    signer = pki.make_identity("sender")
    builder = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(with_report().as_bytes())
        .add_signer(x509.load_der_x509_certificate(signer.der), signer.key, hashes.SHA256())
    )
    options = [pkcs7.PKCS7Options.DetachedSignature] if clear else []
    signed = builder.sign(serialization.Encoding.SMIME, options)
    contents = opened(tmp_path, b"Subject: signed\nFrom: a@b.cn\n" + signed)
    assert members(contents) == {"报告.pdf": CONTENT}
    assert SIGNED in contents.left


@pytest.mark.parametrize("kind", ["S/MIME", "PGP"])
def test_an_encrypted_message_is_called_encrypted(tmp_path: Path, kind: str) -> None:
    message: MIMEApplication | MIMEMultipart
    if kind == "S/MIME":
        message = MIMEApplication(b"0", "pkcs7-mime", smime_type="enveloped-data", name="smime.p7m")
    else:
        message = MIMEMultipart("encrypted", protocol="application/pgp-encrypted")
        message.attach(MIMEApplication(b"Version: 1", "pgp-encrypted"))
        message.attach(MIMEApplication(b"-----BEGIN PGP MESSAGE-----", "octet-stream"))
    with pytest.raises(UnreadableError) as refused:
        opened(tmp_path, message.as_bytes())
    assert refused.value.reason == "encrypted"


def test_a_message_of_text_alone_has_no_members(tmp_path: Path) -> None:
    assert opened(tmp_path, MIMEText("您好", _charset="utf-8").as_bytes()).members == ()


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("shape", ["related", "mixed", "alternative"])
def test_pictures_put_into_the_text_come_out(tmp_path: Path, shape: str, named: bool) -> None:
    """As Outlook, Foxmail and telephones send a scan that was pasted instead of attached."""
    page = MIMEImage(b"\xff\xd8\xff\xe0 a page", _subtype="jpeg")
    page["Content-ID"] = "<1>"
    page.add_header("Content-Disposition", "inline", **({"filename": "第1页.jpg"} if named else {}))
    related = MIMEMultipart("related")
    related.attach(MIMEText('<p>见下图</p><img src="cid:1">', "html", "utf-8"))
    related.attach(page)
    message = related if shape == "related" else MIMEMultipart(shape)
    if shape == "alternative":
        message.attach(MIMEText("见下图", "plain", "utf-8"))
    if shape != "related":
        message.attach(related)
    if shape == "mixed":
        message.attach(MIMEApplication(CONTENT, "pdf", name="报告.pdf"))
    message["From"], message["Subject"] = "zhang@factory.cn", "report"
    found = members(opened(tmp_path, message.as_bytes()))
    assert found.pop("第1页.jpg" if named else "正文中的图片.jpg") == b"\xff\xd8\xff\xe0 a page"
    assert found == ({"报告.pdf": CONTENT} if shape == "mixed" else {})
