"""The pack for a payment, or of a campaign, as a signed bag: the lists, and what proves each line of them.

Laid out and signed like the weekly package (BagIt, tagmanifest, CMS with time stamp), so that Party A can
check it with sha256sum and openssl alone; it carries no judgement to recompute and no ledger.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evidence.bundles.bag import SIGNATURE, BagWriter
from evidence.bundles.certificates import certificate_files
from evidence.bundles.names import component
from evidence.bundles.signers import open_key
from evidence.domain.document import Document
from evidence.domain.identifiers import CaseId, Sha256
from evidence.errors import IncompleteError, UsageError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package import open_signing
from evidence.handover.self_check import Doubt, foreseen
from evidence.language import _
from evidence.ledger.view import View
from evidence.rules.campaign_pack import CampaignPack
from evidence.rules.instalments import Pack

INSTRUCTIONS = "如何验证.txt"
SUMMARY = "data/专项检查汇总清单.pdf"
"""The summary list of a campaign as issued; only the pack of a campaign has it."""
_HOW = """{name} 的核验方法 / How to check this pack

1. 每个文件是否未被改动 / that no file was changed:
   sha256sum --check manifest-sha256.txt tagmanifest-sha256.txt
2. 清单由谁签名 / who signed the manifest:
   openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt \\
     -CAfile 机构根证书.pem -certfile certificates/signer-chain.pem -purpose any -out /dev/null
   机构根证书的指纹请通过电话等另外的渠道核对，不要从本包里取。
   Compare the root certificate's fingerprint by another channel; never take it from this pack.

3. 清单与所附文书是否相符 / that lists and documents agree, with the program `evidence`:
   evidence verify 本文件夹 --trust 机构根证书.pem
{warning}"""
_WARNING = "\n本包由仅供试用的密钥签名（EVALUATION ONLY），没有任何证明力。\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPack:
    """What was written."""

    folder: Path
    documents: int
    """Files that prove the lines of the lists."""
    signer: str
    evaluation: bool
    doubts: tuple[Doubt, ...] = ()
    """Why its signature would be judged undecided: no time-stamp authority, revocation lists out of date."""


def sign_pack(
    context: HandoverContext,
    view: View,
    pack: Pack | CampaignPack,
    lists: Mapping[str, bytes],
    out: Path,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ask: Callable[[int], str] | None = None,
) -> SignedPack:
    """Write the pack into a new folder; it takes its name only once it is whole and signed.

    Args:
        view: what was known.
        lists: file name -> bytes of the lists to sign.
        out: must not exist, or be empty.

    Raises:
        UsageError: the folder holds something already.
        KeyUnusableError: there is no key to sign with.
        IncompleteError: a record or an original is not in the archive.
        ChangedOriginalError: a stored file is not what its name says.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            _("这里已经有文件，资料包不覆盖任何东西。"),
            where=str(out),
            remedy=_("请用 --out 另写一个新的文件夹。"),
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".资料包-", dir=out.parent))
    try:
        with open_key(context.signer, context.root, ask=ask, now=clock()) as key:
            signing = open_signing(context, key, clock)
            doubts = foreseen(signing)  # the authority has answered once: its chain goes along
            bag = BagWriter(scratch / "bag", durable=True)
            for name, data in lists.items():
                bag.add_bytes(f"data/{name}", data)
            count = 0
            for path, source, digest in _files(context, view, pack):
                if not source.is_file():
                    raise _missing(source)
                bag.add_file(path, source, sha256=digest)
                count += 1
            for name, data in certificate_files(signing):
                bag.add_bytes(f"certificates/{name}", data)
            warning = _WARNING if key.evaluation else ""
            bag.add_bytes(INSTRUCTIONS, _HOW.format(name=_title(pack), warning=warning).encode())
            tagmanifest = bag.close(_labels(context, pack))
            (bag.folder / SIGNATURE).write_bytes(signing.sign_detached(tagmanifest))
            if out.exists():
                out.rmdir()
            bag.folder.replace(out)
            return SignedPack(
                folder=out, documents=count, signer=key.name, evaluation=key.evaluation, doubts=doubts
            )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _missing(source: Path) -> IncompleteError:
    return IncompleteError(
        _("档案里缺少这份文书或原件，资料包没有做成。"),
        where=str(source),
        remedy=_("请运行 evidence audit 查明，并从备份恢复。"),
    )


def _title(pack: Pack | CampaignPack) -> str:
    if isinstance(pack, CampaignPack):
        return f"专项“{pack.campaign.topic}”资料"
    return f"{pack.instalment.name}付款资料"


def _labels(context: HandoverContext, pack: Pack | CampaignPack) -> dict[str, str]:
    number = pack.campaign.id if isinstance(pack, CampaignPack) else pack.instalment.number
    return {
        "Source-Organization": context.names.agency,
        "External-Identifier": f"{context.names.contract_code}-{number}",
        "External-Description": f"{context.names.contract_name} {_title(pack)}",
        "Bagging-Date": pack.as_of.isoformat(),
        "Payload-Oxum": "",
    }


def _files(
    context: HandoverContext, view: View, pack: Pack | CampaignPack
) -> Iterator[tuple[str, Path, Sha256 | None]]:
    """Path in the bag, file and digest of each issued record and each original of the lines, once each."""
    taken: set[Sha256] = set()
    if isinstance(pack, CampaignPack):
        form = pack.summary.form
        yield SUMMARY, context.issued.pdf_path(form.number), form.pdf
        yield from _originals(context, view, pack.summary, taken)
    for line in pack.chains:
        folder = f"data/企业/{component(f'{line.enterprise}-{line.name}')}/{line.case}"
        for document in view.documents(CaseId(line.case)):
            number = document.form.number
            if number not in line.documents:
                continue
            yield f"{folder}/{number}.pdf", context.issued.pdf_path(number), document.form.pdf
            yield from _originals(context, view, document, taken)


def _originals(
    context: HandoverContext, view: View, document: Document, taken: set[Sha256]
) -> Iterator[tuple[str, Path, Sha256]]:
    for scan in document.scans:
        if scan.sha256 in taken:
            continue
        taken.add(scan.sha256)
        arrival = view.arrival_of(scan.sha256)
        suffix = Path(arrival.path).suffix.lower() if arrival else ""
        yield f"data/原件/{scan.sha256}{suffix}", context.originals.path(scan.sha256), scan.sha256
