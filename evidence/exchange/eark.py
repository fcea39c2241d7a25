"""Writes a submission as an E-ARK SIP: a folder that any archive can read (CSIP and SIP 2.1)."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

from lxml import etree
from lxml.builder import ElementMaker

from evidence.durable import sync_folder, sync_tree, write_whole
from evidence.errors import UsageError, VerificationFailedError
from evidence.exchange.mets import Described, Listed, mets_of
from evidence.exchange.premis import premis_of
from evidence.exchange.submission import Submission, SubmittedFile
from evidence.language import _

REPRESENTATION = "rep1"
_CHUNK = 1 << 20
_DC = "http://purl.org/dc/elements/1.1/"
_D = ElementMaker(namespace=_DC, nsmap={"dc": _DC})
_DC_SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:annotation>
    <xs:documentation>metadata/descriptive/dc.xml: elements of ISO 15836</xs:documentation>
  </xs:annotation>
  <xs:element name="metadata">
    <xs:complexType>
      <xs:sequence>
        <xs:any namespace="http://purl.org/dc/elements/1.1/" processContents="skip" maxOccurs="unbounded"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""
_README = """本目录是 E-ARK 提交信息包（CSIP/SIP 2.1）。representations/rep1/data 是全部文件的原始字节；
METS.xml 列出每个文件的 SHA-256，metadata/preservation/premis.xml 记载每个文件的来历：到件、判定、打包等
账本行及其摘要，与每周移交包 data/ledger/journal.jsonl 中的同一行一致。

This folder is an E-ARK submission information package (CSIP/SIP 2.1). representations/rep1/data holds the
exact bytes of all files; METS.xml lists the SHA-256 of each, metadata/preservation/premis.xml tells of each
where it came from: journal lines with their digests, the same as in data/ledger/journal.jsonl of the weekly
packages.
"""


def write_sip(submission: Submission, into: Path) -> Path:
    """Write the package as `<into>/<id>`, whole or not at all.

    Raises:
        UsageError: something lies there already.
        VerificationFailedError: a file's bytes are not those of its digest.
        OSError: disk full or folder not writable.
    """
    final = into / submission.id
    if final.exists():
        raise UsageError(
            _("{path} 已经存在。").format(path=final), remedy=_("请换一个目录，或先移走原有的导出。")
        )
    into.mkdir(parents=True, exist_ok=True)
    scratch = into / f".{submission.id}.{os.getpid()}.tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        _write(submission, scratch)
        sync_tree(scratch)
        scratch.rename(final)
        sync_folder(into)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final


def _write(submission: Submission, root: Path) -> None:
    representation = root / "representations" / REPRESENTATION
    data = [_copy(file, representation) for file in submission.files]
    preservation = _put(representation, "metadata/preservation/premis.xml", premis_of(submission))
    inner = mets_of(
        submission,
        object_id=REPRESENTATION,
        described=Described(descriptive=None, preservation=preservation),
        groups=[("Data", data)],
    )
    described = _put(root, "metadata/descriptive/dc.xml", _dublin_core(submission))
    readme = _put(root, "documentation/README.txt", _README.encode(), "text/plain")
    schema = _put(root, "schemas/dc.xsd", _DC_SCHEMA.encode())
    outer = mets_of(
        submission,
        object_id=submission.id,
        described=Described(
            descriptive=described,
            preservation=_put(root, "metadata/preservation/premis.xml", premis_of(submission)),
        ),
        groups=[("Documentation", [readme]), ("Schemas", [schema])],
        representations=[_put(root, f"representations/{REPRESENTATION}/METS.xml", inner)],
    )
    _put(root, "METS.xml", outer)


def _copy(file: SubmittedFile, representation: Path) -> Listed:
    """Copy and hash in one go: what arrives is what METS says."""
    target = representation / "data" / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    with file.open() as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise VerificationFailedError(
            _("文件内容与登记的摘要不符，没有导出。"),
            where=str(file.path),
            remedy=_("请运行 evidence audit 查明是哪个原件被改动，并由备份恢复。"),
        )
    return Listed(path=f"data/{file.path}", media_type=file.media_type, bytes=file.bytes, sha256=file.sha256)


def _put(root: Path, path: str, data: bytes, media_type: str = "application/xml") -> Listed:
    write_whole(root / path, data)
    return Listed(path=path, media_type=media_type, bytes=len(data), sha256=sha256(data).hexdigest())


def _dublin_core(submission: Submission) -> bytes:
    """The fifteen elements' few that apply (ISO 15836)."""
    root = etree.Element("metadata", nsmap={"dc": _DC})
    root.extend(
        (
            _D.identifier(submission.id),
            _D.title(submission.title),
            _D.creator(submission.agency),
            _D.publisher(submission.regulator),
            _D.date(f"{submission.begun_on}/{submission.ended_on}"),
            _D.language("zh"),
            _D.type("Collection"),
        )
    )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
