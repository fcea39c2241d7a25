"""Mail of a real Dovecot through the program: by command, watcher and desk, to arrivals that name it."""

from __future__ import annotations

import base64
import io
import json
import re
import signal
import socket
import subprocess
import sys
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from PIL import Image

from evidence.cli.program import cli
from evidence.new_workspace import create_workspace, sample_settings
from tests.outside.mail.test_messages import tnef
from tests.support.dovecot_server import PASSWORD, USER, Dovecot, letter
from tests.support.pki import make_identity

pytestmark = pytest.mark.slow


def _workspace(root: Path, server: Dovecot) -> None:
    create_workspace(root, sample_settings())
    (root / "password").write_text(PASSWORD)
    (root / "password").chmod(0o600)
    settings = root / "evidence.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + f'\n[mail."整改"]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        + f'user = "{USER}"\npassword_file = "password"\n',
        encoding="utf-8",
    )


def test_the_command_fetches_and_ingest_takes_the_message_with_its_attachment(
    server: Dovecot, tmp_path: Path
) -> None:
    _workspace(tmp_path / "work", server)
    message = EmailMessage()
    message["Subject"] = "整改报告"
    message.set_content("见附件")
    message.add_attachment(b"%PDF-1.4 broken", maintype="application", subtype="pdf", filename="报告.pdf")
    server.deliver(message.as_bytes())
    given = ["--workspace", str(tmp_path / "work"), "--json"]
    runner = CliRunner()
    fetched = json.loads(runner.invoke(cli, ["mail", "fetch", *given], standalone_mode=False).stdout)
    assert len(fetched["mailboxes"][0]["taken"]) == 1
    arrivals = json.loads(runner.invoke(cli, ["ingest", *given], standalone_mode=False).stdout)["arrivals"]
    mail = next(row for row in arrivals if row["path"].endswith(".eml"))
    (attached,) = [row for row in arrivals if row.get("within") == mail["arrival"]]
    assert attached["path"].endswith("报告.pdf")


FACTORY = """
企业:
- 企业名称: 常州甲精密机械有限公司
  简称: 甲精密
  统一社会信用代码: 91320412MA2XDEM01F
  企业类别: 规模以下一般工贸
  主要负责人: 沈国梁
  联系邮箱: zhang@factory.cn
"""


def photograph(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), (shade, shade, shade)).save(buffer, "JPEG")
    return buffer.getvalue()


def in_gb18030(name: str, content: bytes) -> bytes:
    """As an old mail program writes it: bytes of GB18030 in the headers, encoded by no rule."""
    heads = (
        "From: 张三 <zhang@factory.cn>\r\nSubject: 甲精密整改报告\r\nMessage-ID: <gb@factory>\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: image/jpeg; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return heads.encode("gb18030") + base64.encodebytes(content).replace(b"\n", b"\r\n")


def with_attachment(subject: str, message_id: str, name: str, content: bytes, subtype: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "zhang@factory.cn", subject, message_id
    message.set_content("见附件")
    main = "image" if subtype == "jpeg" else "application"
    message.add_attachment(content, maintype=main, subtype=subtype, filename=name)
    return message


def test_what_factories_send_comes_through_the_server_as_what_it_is(server: Dovecot, tmp_path: Path) -> None:
    root = tmp_path / "work"
    _workspace(root, server)
    (root / "roster.yaml").write_text(FACTORY, "utf-8")
    runner, given = CliRunner(), ["--workspace", str(root), "--json"]

    def run(*words: str) -> Any:
        result = runner.invoke(cli, [*words, *given], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)

    runner.invoke(cli, ["import", str(root / "roster.yaml"), "--workspace", str(root)], standalone_mode=False)
    opened = run("case", "open", "甲精密", "--kind", "annual")
    (case,) = set(re.findall(r"WJB\d\d-\d{4}", json.dumps(opened)))
    signer = make_identity("sender")
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(with_attachment("s", "<in@f>", "签.jpg", photograph(90), "jpeg").as_bytes())
        .add_signer(x509.load_der_x509_certificate(signer.der), signer.key, hashes.SHA256())
        .sign(serialization.Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature])
    )
    sent = {
        "gb": in_gb18030("照片.jpg", photograph(200)),
        "outlook": with_attachment(
            "o", "<o@f>", "winmail.dat", tnef("report.jpg", photograph(120)), "ms-tnef"
        ).as_bytes(),
        "signed": b"From: zhang@factory.cn\nSubject: signed\nMessage-ID: <s@f>\n" + signed,
        "encrypted": MIMEApplication(
            b"0", "pkcs7-mime", smime_type="enveloped-data", name="smime.p7m"
        ).as_bytes(),
    }
    for message in sent.values():
        server.deliver(message)
    run("mail", "fetch")
    rows = run("ingest")["arrivals"]
    letters = {row["arrival"]: row for row in rows if row["path"].endswith(".eml")}
    assert len(letters) == len(sent)
    members = {row["path"].rpartition("/")[2]: row for row in rows if row.get("within") in letters}
    assert members.keys() == {"照片.jpg", "report.jpg", "签.jpg"}
    by_id = {row["within"]: name for name, row in members.items()}
    told = {by_id.get(arrival, "encrypted"): row for arrival, row in letters.items()}
    assert (told["encrypted"]["outcome"], told["encrypted"]["reason"]) == ("quarantined", "encrypted")
    assert "签名" in told["签.jpg"]["message"]
    for name in ("照片.jpg", "report.jpg"):
        assert "甲精密" in told[name]["message"], name
        assert case in told[name]["message"], name
    assert all(row["outcome"] == "unidentified" for row in members.values()), "a sender links nothing"
    assert run("mail", "fetch")["mailboxes"][0]["taken"] == []


def test_the_watcher_fetches_by_itself(server: Dovecot, tmp_path: Path) -> None:
    _workspace(tmp_path / "work", server)
    server.deliver(letter())
    command = [
        str(Path(sys.executable).with_name("evidence")),
        "watch",
        "--workspace",
        str(tmp_path / "work"),
    ]
    watching = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert watching.stderr is not None
    for line in watching.stderr:
        if "A-" in line and ".eml" in line:
            break
    watching.send_signal(signal.SIGTERM)
    rest = watching.stderr.read()
    assert watching.wait(timeout=60) == 0, rest


def test_the_desk_fetches_by_itself(server: Dovecot, tmp_path: Path) -> None:
    root = tmp_path / "work"
    _workspace(root, server)
    server.deliver(letter())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("evidence"))
    serving = subprocess.Popen(
        [program, "serve", "--port", str(port), "--workspace", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stderr is not None
    said = []
    for line in serving.stderr:
        said.append(line)
        if "收到 1 封邮件" in line:
            break
    serving.send_signal(signal.SIGTERM)
    rest = serving.stderr.read()
    assert serving.wait(timeout=60) == 0, rest
    assert "邮箱 整改：收到 1 封邮件。\n" in said, (said, rest)
    (held,) = server.held()
    assert held.endswith("S")
    given = ["--workspace", str(root), "--json"]
    runner = CliRunner()
    assert runner.invoke(cli, ["ingest", *given]).exit_code == 0
    listed = json.loads(runner.invoke(cli, ["inbox", "list", "--all", *given]).stdout)["arrivals"]
    assert [row["path"].endswith("整改报告.eml") for row in listed] == [True], listed
