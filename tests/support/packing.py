"""Builds weekly packages from docs/package-format.md alone, sharing nothing with `evidence.bundles`.

Small and quick: tests of the verifier take good packages from here and spoil them.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfWriter

from evidence.domain.facts import Facts
from evidence.domain.week import Week
from evidence.ledger.chain import START, seal
from evidence.ledger.checkpoint import Checkpoint, fingerprint, make
from evidence.ledger.merkle import Frontier, consistency_proof, leaf_hash
from evidence.rules.judge import RULESET_VERSION, judge, ruleset_sha256
from evidence.rules.parameters import Parameters
from evidence.rules.summary import to_json
from tests.support.pki import Pki, shared_pki

Files = dict[str, bytes]
ORIGIN = "evidence.example/WJB"
DOSSIER = "data/企业/91320412MA1XXXXX0X-甲公司/WJB22-0001/卷宗.pdf"
ORIGINAL = "data/企业/91320412MA1XXXXX0X-甲公司/WJB22-0001/原件/A000001-扫描.pdf"


def plain_pdf(text: str = "page", pages: int = 1) -> bytes:
    """A PDF without signature."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": text})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def sign_pdf(
    data: bytes,
    pki: Pki,
    at: datetime,
    *,
    name: str = "Sig1",
    stamped: bool = True,
    long_term: bool = False,
    certify: bool = True,
    permission: fields.MDPPerm = fields.MDPPerm.NO_CHANGES,
    box: tuple[int, int, int, int] | None = None,
) -> bytes:
    """A PAdES signature; `long_term` gives B-LTA."""
    context = None
    if long_term:
        context = ValidationContext(
            trust_roots=[pki.root.asn1], crls=[pki.crl], revocation_mode="hard-fail", moment=at
        )
    metadata = signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=permission,
        embed_validation_info=long_term,
        use_pades_lta=long_term,
        validation_context=context,
    )
    signer = signers.PdfSigner(
        metadata,
        pki.signing(),
        timestamper=pki.stamper(at) if stamped else None,
        new_field_spec=fields.SigFieldSpec(name, box=box) if box else None,
    )
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), bytes_reserved=16384).getvalue()


def sign_cms(data: bytes, pki: Pki, at: datetime | None) -> bytes:
    """Detached CMS with CAdES attributes, stamped when `at` is given."""
    signed = asyncio.run(
        pki.signing().async_sign_general_data(
            data, "sha256", detached=True, use_cades=True, timestamper=pki.stamper(at) if at else None
        )
    )
    encoded: bytes = signed.dump()
    return encoded


def line(number: int, text: str, prev: str) -> tuple[bytes, str]:
    """One journal line and its digest."""
    fields_ = {
        "actor": "clerk:test",
        "at": "2022-03-31T08:00:00Z",
        "kind": "form.voided/1",
        "payload": {"number": f"WJB22-0001-JC-{number:03d}", "why": text},
    }
    return seal(fields_, seq=number, prev=prev)


@dataclass(kw_only=True)
class Service:
    """An agency that packs week after week."""

    pki: Pki = field(default_factory=shared_pki)
    first: Week = field(default_factory=lambda: Week(2022, 12))
    lines: list[bytes] = field(default_factory=list)
    head: str = START
    checkpoints: dict[str, str] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    previous: str = ""
    previous_tagmanifest: str = ""

    def write(self, count: int, text: str = "作废") -> None:
        """Add journal lines."""
        for _ in range(count):
            raw, self.head = line(len(self.lines), text, self.head)
            self.lines.append(raw)

    def pack(
        self,
        week: Week,
        *,
        supplement: int = 0,
        facts: Facts | None = None,
        complete: bool = True,
        extra: Files | None = None,
        info: dict[str, str] | None = None,
        stamp: bool = True,
        long_term: bool = True,
    ) -> Files:
        """One week's package as files by path, signed."""
        label = f"{week}-S{supplement}" if supplement else str(week)
        at = datetime.combine(week.friday, datetime.min.time(), UTC).replace(hour=7)
        start, end = (self.sizes[-1] if self.sizes else 0), len(self.lines)
        frontier = Frontier().extend(self.lines[:start])
        root = Frontier().extend(self.lines).root
        self.checkpoints[label] = make(
            Checkpoint(origin=ORIGIN, size=end, root=root, extensions=(f"week {label}",))
        )
        self.sizes.append(end)
        proof = consistency_proof([leaf_hash(each) for each in self.lines], start) if 0 < start < end else []
        facts = facts or Facts(week=str(week))
        parameters = Parameters()
        findings = to_json(judge(facts, parameters, at), week=facts.week, at=at, version=RULESET_VERSION)
        frozen = {
            "ruleset": {"version": RULESET_VERSION, "sha256": ruleset_sha256(RULESET_VERSION)},
            "at": at,
            "parameters": parameters,
            "facts": facts,
        }
        payload: Files = {
            "data/移交清单.pdf": sign_pdf(plain_pdf("移交清单"), self.pki, at, long_term=long_term),
            DOSSIER: sign_pdf(plain_pdf("卷宗", 2), self.pki, at),
            ORIGINAL: plain_pdf("原件"),
            "data/facts.json": msgspec.json.format(msgspec.json.encode(frozen), indent=2),
            "data/findings.json": msgspec.json.encode(findings),
            "data/ledger/journal.jsonl": b"".join(each + b"\n" for each in self.lines[start:end]),
            "data/ledger/frontier.json": json.dumps(frontier.to_json()).encode(),
            "data/ledger/consistency.json": json.dumps(
                {"from": start, "to": end, "proof": [node.hex() for node in proof]}
            ).encode(),
        }
        for key, text in self.checkpoints.items():
            payload[f"data/ledger/checkpoint-{key}.txt"] = text.encode()
        payload |= extra or {}
        package = f"WJB-{label}"
        labels = {
            "Source-Organization": "测试机构",
            "External-Identifier": package,
            "Bag-Group-Identifier": "WJB",
            "Bagging-Date": str(week.friday),
            "Payload-Oxum": f"{sum(map(len, payload.values()))}.{len(payload)}",
            "Package-Format": "1",
            "Week": str(week),
            "As-Of": at.isoformat().replace("+00:00", "Z"),
            "Ruleset": RULESET_VERSION,
            "Complete": "yes" if complete else "no",
            "Incomplete-Why": "" if complete else "缺陪同人员签名",
            "Journal-Start": str(start),
            "Journal-End": str(end),
            "Checkpoint-Root": root.hex(),
            "Checkpoint-Fingerprint": fingerprint(self.checkpoints[label]),
            "Previous-Package": self.previous,
            "Previous-Tagmanifest-SHA256": self.previous_tagmanifest,
            "Service-Weeks": f"{self.first}/{week}",
            "Supplement-Of": f"WJB-{week}" if supplement else "",
            **(info or {}),
        }
        tags: Files = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": "".join(f"{key}: {value}\n" for key, value in labels.items() if value).encode(),
            "如何验证.txt": b"sha256sum -c manifest-sha256.txt\n",
            "certificates/signer-chain.pem": self.pki.signer.pem + self.pki.root.pem,
            "certificates/tsa-chain.pem": self.pki.authority.pem + self.pki.root.pem,
            "certificates/1-root.crl": self.pki.crl,
        }
        files = seal_bag({**payload, **tags}, self.pki, at if stamp else None)
        self.previous = package
        self.previous_tagmanifest = sha256(files["tagmanifest-sha256.txt"]).hexdigest()
        return files


def manifest(files: Files, names: Iterable[str]) -> bytes:
    """A manifest over some files."""
    ordered = sorted(names, key=lambda name: name.encode())
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in ordered).encode()


SIGNATURE = "tagmanifest-sha256.txt.p7s"


def rebuild_manifests(files: Files) -> Files:
    """The same files with right manifests, and whatever signature they had."""
    manifests = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    files = {name: data for name, data in files.items() if name not in manifests}
    files["manifest-sha256.txt"] = manifest(files, [name for name in files if name.startswith("data/")])
    tags = [name for name in files if not name.startswith("data/") and name != SIGNATURE]
    files["tagmanifest-sha256.txt"] = manifest(files, tags)
    return files


def seal_bag(files: Files, pki: Pki, at: datetime | None) -> Files:
    """Manifests and signature over them."""
    files = rebuild_manifests({name: data for name, data in files.items() if name != SIGNATURE})
    files[SIGNATURE] = sign_cms(files["tagmanifest-sha256.txt"], pki, at)
    return files


_FIRST = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha256.txt.p7s",
)


def in_order(files: Files) -> list[str]:
    """Names in the zip's canonical order."""
    rest = sorted(
        (name for name in files if name not in _FIRST),
        key=lambda name: (name.startswith("data/"), "/" in name, name.encode()),
    )
    return [name for name in _FIRST if name in files] + rest


def to_zip(files: Files, base: str, *, names: list[str] | None = None) -> bytes:
    """The canonical zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in names or in_order(files):
            entry = zipfile.ZipInfo(f"{base}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def to_folder(files: Files, folder: Path) -> Path:
    """The package as a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@cache
def two_weeks() -> tuple[Files, Files]:
    """Good packages of 2022-W12 and 2022-W13; treat them as read-only."""
    service = Service()
    service.write(5)
    earlier = service.pack(Week(2022, 12))
    service.write(8)
    later = service.pack(Week(2022, 13))
    return earlier, later
