"""The bag against its own manifests (RFC 8493; docs/package-format.md, Bag).

Stricter than BagIt: every file is declared exactly once, the tag manifest is required, nothing is
fetched. Pure: names, sizes and digests in, checks out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from evidence.domain.week import show_instant_text
from evidence.verify.container import Container, bad_component
from evidence.verify.digests import Digest
from evidence.verify.model import Check, failed, note, passed, review, stated
from evidence.verify.system_files import is_left_behind

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.p7s"
TEXT_LIMIT = 256 << 20
"""Largest manifest, journal slice or JSON file that is read whole, bytes."""
SMALL = 16 << 20
"""Largest certificate, revocation list, signature or token file that is read, bytes."""

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
FORMATS = ("1", "2")
"""Versions of docs/package-format.md that this program knows; 2 since 2026-11-28."""
REQUIRED_TAGS = ("bagit.txt", "bag-info.txt", MANIFEST)
REQUIRED_PAYLOAD = (
    "data/移交清单.pdf",
    "data/facts.json",
    "data/findings.json",
    "data/ledger/journal.jsonl",
    "data/ledger/frontier.json",
    "data/ledger/consistency.json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a kind of bag must hold."""

    what: str
    """In Chinese, for messages."""
    payload: tuple[str, ...]
    formats: tuple[str, ...] = ()
    """Versions that `Package-Format` may state; none where the label is not used."""


PACKAGE = Layout(what="移交包", payload=REQUIRED_PAYLOAD, formats=FORMATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What the bag declares, and how that compares with what is there."""

    info: Mapping[str, str] = field(default_factory=dict)
    """bag-info.txt by label."""
    sound: frozenset[str] = frozenset()
    """Files that are there, declared, and have the declared digest."""
    checks: tuple[Check, ...] = ()


def examine_bag(container: Container, digests: Mapping[str, Digest], layout: Layout = PACKAGE) -> Bag:
    """Compare every file with the manifests.

    Raises:
        OSError: a tag file cannot be read.
    """
    checks: list[Check] = []
    tags = _read_manifest(container, TAGMANIFEST, checks)
    payload = _read_manifest(container, MANIFEST, checks)
    checks.extend(_check_layout(tags, payload, layout))
    if "fetch.txt" in container.files or "fetch.txt" in tags:
        checks.append(failed("bag.layout", f"{layout.what}不得引用包外文件。", "fetch.txt"))
    declared = {**payload, **tags}
    sound = _compare(container, digests, declared, checks, layout)
    info = _read_info(container, checks)
    checks.extend(_check_info(container, info, payload, layout))
    if not any(check.id in _COMPARISONS for check in checks):
        checks.append(passed("bag.files", f"全部 {len(declared)} 个文件与清单一致，没有多余或缺少的文件。"))
    return Bag(info=info, sound=frozenset(sound), checks=tuple(checks))


def _check_layout(tags: Mapping[str, str], payload: Mapping[str, str], layout: Layout) -> list[Check]:
    """Which manifest lists what, and whether the indispensable files are listed."""
    strays = [path for path in tags if path.startswith("data/") or path in (TAGMANIFEST, SIGNATURE)]
    strays += [path for path in payload if not path.startswith("data/")]
    absent = [path for path in REQUIRED_TAGS if path not in tags]
    absent += [path for path in layout.payload if path not in payload]
    return [
        *(failed("bag.layout", "该文件列错了清单。", path) for path in strays),
        *(failed("bag.layout", "清单没有列出必备文件。", path) for path in absent),
    ]


_COMPARISONS = ("bag.missing", "bag.changed", "bag.undeclared", "bag.renamed", "bag.manifest")


def _read_manifest(container: Container, path: str, checks: list[Check]) -> dict[str, str]:
    """Path -> digest; empty with a failed check when it cannot be used."""
    extent = container.files.get(path)
    if extent is None:
        checks.append(failed("bag.missing", "缺少清单文件。", path))
        return {}
    try:
        text = extent.read(TEXT_LIMIT).decode("utf-8")
    except ValueError:
        checks.append(failed("bag.manifest", "清单不是 UTF-8 文本或过大。", path))
        return {}
    declared: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() != "":
        checks.append(failed("bag.manifest", "清单最后一行没有换行。", path))
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        where = f"{path} 第 {number} 行"
        if match is None or any(bad_component(part) for part in match[2].split("/")):
            checks.append(failed("bag.manifest", "清单的这一行不合规定。", where))
        elif match[2] in declared:
            checks.append(failed("bag.manifest", "清单重复列出同一文件。", where))
        else:
            declared[match[2]] = match[1]
    return declared


def _compare(
    container: Container,
    digests: Mapping[str, Digest],
    declared: Mapping[str, str],
    checks: list[Check],
    layout: Layout,
) -> set[str]:
    """Checks for changed, missing, undeclared and renamed files; returns the sound ones."""
    sound: set[str] = set()
    leftovers = list(container.beside)
    here = set(container.files) - {TAGMANIFEST, SIGNATURE}
    missing = {path for path in declared if path not in here}
    by_digest = {declared[path]: path for path in missing}
    for path in sorted(here & declared.keys()):
        if digests[path].sha256 == declared[path]:
            sound.add(path)
        elif not digests[path].sha256:
            checks.append(failed("bag.changed", "文件读不出来。", path, "HASH_FAILURE"))
        else:
            checks.append(failed("bag.changed", "文件内容与清单不符，已被改动。", path, "HASH_FAILURE"))
    for path in sorted(here - declared.keys()):
        origin = by_digest.get(digests[path].sha256, "")
        if is_left_behind(path):
            leftovers.append(path)
        elif origin:
            missing.discard(origin)
            checks.append(
                failed("bag.renamed", f"文件被改名，清单中的名称是“{origin}”。", path, "HASH_FAILURE")
            )
        else:
            checks.append(failed("bag.undeclared", f"清单没有列出该文件，它不属于{layout.what}。", path))
    checks.extend(
        stated("container.junk", f"操作系统留下的文件，不属于{layout.what}，不影响结论。", path)
        for path in sorted(leftovers)
    )
    checks.extend(
        failed("bag.missing", "清单列出该文件，包中没有。", path, "SIGNED_DATA_NOT_FOUND")
        for path in sorted(missing)
    )
    for path, digest in digests.items():
        if digest.sha256 and not digest.crc_ok:
            checks.append(review("zip.structure", "压缩包中的 CRC 校验值不对。", path))
    return sound


def _read_info(container: Container, checks: list[Check]) -> dict[str, str]:
    declaration = container.files.get("bagit.txt")
    if declaration is not None and declaration.read(1 << 16) != _DECLARATION:
        checks.append(failed("bag.declaration", "bagit.txt 不是 BagIt 1.0 声明。", "bagit.txt"))
    extent = container.files.get("bag-info.txt")
    if extent is None:
        return {}
    try:
        lines = extent.read(1 << 20).decode("utf-8").splitlines()
    except ValueError:
        checks.append(failed("bag.info", "bag-info.txt 不是 UTF-8 文本或过大。", "bag-info.txt"))
        return {}
    info: dict[str, str] = {}
    for line in lines:
        label, separator, value = line.partition(": ")
        if not separator or label in info:
            checks.append(failed("bag.info", f"bag-info.txt 有一行不合规定：{line[:40]}", "bag-info.txt"))
        info.setdefault(label, value)
    return info


def _check_info(
    container: Container, info: Mapping[str, str], payload: Mapping[str, str], layout: Layout
) -> list[Check]:
    """What bag-info.txt states against what is there."""
    checks: list[Check] = []
    if not info:
        return checks
    here = [path for path in payload if path in container.files]
    total = sum(container.files[path].size for path in here)
    if info.get("Payload-Oxum") != f"{total}.{len(here)}":
        checks.append(failed("bag.info", "Payload-Oxum 与文件总数或总字节数不符。", "bag-info.txt"))
    if layout.formats and info.get("Package-Format") not in layout.formats:
        checks.append(
            review(
                "bag.info", "不认识的移交包格式版本，请用更新的验证程序。", "bag-info.txt", "FORMAT_FAILURE"
            )
        )
    name = info.get("External-Identifier", "")
    if layout.formats and name != container.name:
        text = f"包名“{container.name}”与包内登记的编号“{name}”不同。"
        checks.append(note("bag.info", text, "bag-info.txt"))
    if info.get("Real-Time"):
        checks.append(
            note(
                "bag.time",
                f"判断时点为{show_instant_text(info.get('As-Of', ''))}，"
                f"实际制作于{show_instant_text(info['Real-Time'])}（演示或补做）。",
                "bag-info.txt",
            )
        )
    return checks
