"""A self-contained proof that the ledger spoke of one document when it did, and of nothing else.

The proof carries the journal lines about the document, each with its RFC 6962 audit path to the
earliest checkpoint over it. A line that also names another enterprise or case is withheld: its leaf
hash and path show that something stands there, its content stays unknown. Checking needs nothing but
the standard library, and only `check_proof` of this module.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence.language import _
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger.chain import is_line
from evidence.ledger.merkle import verify_inclusion_hash

FORMAT = "evidence-proof/1"
SIGNED_PARTS = {
    "bag_info": "bag-info.txt",
    "tagmanifest": "tagmanifest-sha256.txt",
    "signature": "tagmanifest-sha256.txt.p7s",
}
"""Member of `signed` -> file of the package, in Base64: bag-info.txt states the checkpoint's root and
fingerprint, the tag manifest lists it, the CMS signs the tag manifest. None names an enterprise."""
_CASE_ID = re.compile(r"(?<![A-Z])[A-Z]{3}\d{2}-\d{4}(?!\d)")
_CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
HOW = (
    "核对方法：每一条 line 的 UTF-8 字节前加一个 0x00 字节求 SHA-256，得到 leaf；沿 path 逐层与相邻节点合并"
    "（左右两个节点前加 0x01 再求 SHA-256，RFC 6962 第 2.1 节），应得到 tree 所指检查点第三行的根（Base64）。"
    "检查点的指纹应与监管部门接收回执上的 16 个字符相同。line 为 null 的账目还涉及其他企业，内容不予出示。",
    "To check: SHA-256 of byte 0x00 and the UTF-8 bytes of a line gives its leaf; combine with the path "
    "(SHA-256 of 0x01, left, right; RFC 6962, 2.1) up to the root on the third line of the checkpoint named "
    "by `tree`. The checkpoint's fingerprint is on the regulator's receipt. A null line also concerns other "
    "enterprises and is withheld.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """A checkpoint that may anchor lines."""

    text: str
    """C2SP checkpoint text."""
    week: str
    """Empty for the present head, which no package has carried yet."""
    receipt: dict[str, Any] | None = None
    """What the ledger states of the regulator's receipt over it: only the agency's word."""
    signed: dict[str, str] | None = None
    """The package's own signature over it (`SIGNED_PARTS`), so that the proof carries who stood for it."""

    @property
    def size(self) -> int:
        """Lines under it."""
        return checkpoints.parse(self.text).size


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenLine:
    """One journal line that concerns the document."""

    seq: int
    line: bytes
    says: str
    """Plain Chinese."""
    tree: int
    """Index into the tree heads."""
    path: tuple[bytes, ...]


def own_only(line: bytes, *, case: str, own: Iterable[str], foreign: Iterable[str]) -> bool:
    """Whether a line names no case but `case`, no credit code but `own`, and none of the `foreign` names."""
    text = line.decode()
    known = set(own)
    return (
        set(_CASE_ID.findall(text)) <= {case}
        and set(_CREDIT_CODE.findall(_without_digests(text))) <= known
        and not any(name and name in text for name in foreign)
    )


def make_proof(
    number: str,
    *,
    form: str,
    files: Sequence[tuple[str, str]],
    lines: Sequence[ProvenLine],
    shown: Sequence[bool],
    trees: Sequence[TreeHead],
) -> dict[str, Any]:
    """The proof as a JSON document.

    Args:
        files: digest and plain-Chinese name of each file that belongs to the document.
        shown: for each line, whether its content is shown or withheld.
    """
    return {
        "format": FORMAT,
        "document": number,
        "form": form,
        "how": list(HOW),
        "files": [{"sha256": digest, "what": what} for digest, what in files],
        "trees": [
            {
                "checkpoint": tree.text,
                "fingerprint": checkpoints.fingerprint(tree.text),
                "week": tree.week,
                "receipt": tree.receipt,
                "signed": tree.signed,
            }
            for tree in trees
        ],
        "lines": [
            {
                "seq": line.seq,
                "says": line.says if show else "此账目还涉及其他企业，内容不予出示",
                "line": line.line.decode() if show else None,
                "leaf": sha256(b"\x00" + line.line).hexdigest(),
                "tree": line.tree,
                "path": [base64.b64encode(node).decode() for node in line.path],
            }
            for line, show in zip(lines, shown, strict=True)
        ],
    }


def check_proof(proof: Any) -> tuple[str, ...]:
    """What is wrong with a proof, in plain Chinese; empty when it holds.

    It proves the lines against the checkpoints inside it; whether those are the log's is for the
    reader to compare with a package or a receipt, by fingerprint.
    """
    try:
        return tuple(_problems(proof))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        lacking = f"“{error.args[0]}”" if isinstance(error, KeyError) else _("应有的内容")
        return (_("不是完整的证明文件：缺少{what}，或已被改动。").format(what=lacking),)


def _problems(proof: Any) -> Iterator[str]:
    if proof["format"] != FORMAT:
        yield _("不是本程序写出的证明文件")
        return
    heads = [checkpoints.parse(tree["checkpoint"]) for tree in proof["trees"]]
    for tree in proof["trees"]:
        if checkpoints.fingerprint(tree["checkpoint"]) != tree["fingerprint"]:
            yield _("检查点与其指纹不符")
    vouched: set[str] = set()
    about = False
    for item in proof["lines"]:
        seq, leaf = int(item["seq"]), bytes.fromhex(item["leaf"])
        head = heads[item["tree"]]
        path = [base64.b64decode(node, validate=True) for node in item["path"]]
        if not verify_inclusion_hash(leaf, seq, head.size, path, head.root):
            yield _("第 {line} 行不在所指的检查点之下").format(line=seq + 1)
        if item["line"] is None:
            continue
        line = item["line"].encode()
        parsed = json.loads(line)
        yield from _problems_of_line(line, seq, leaf, parsed["digest"])
        vouched.update(_digests(parsed["payload"]))
        about = about or parsed["payload"].get("form", {}).get("number") == proof["document"]
    if not about:
        yield _("证明中没有该文书的签发账目")
    for file in proof["files"]:
        if file["sha256"] not in vouched:
            yield _("出示的账目没有提到文件 {sha256}").format(sha256=file["sha256"])


def _problems_of_line(line: bytes, seq: int, leaf: bytes, digest: str) -> Iterator[str]:
    if sha256(b"\x00" + line).digest() != leaf:
        yield _("第 {line} 行的内容与其叶值不符").format(line=seq + 1)
    if not is_line(line, seq=seq, digest=digest):
        yield _("第 {line} 行与其自身的摘要或序号不符").format(line=seq + 1)


_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def _digests(value: Any) -> set[str]:
    return set(_DIGEST.findall(json.dumps(value)))


def _without_digests(text: str) -> str:
    return _DIGEST.sub("", text)
