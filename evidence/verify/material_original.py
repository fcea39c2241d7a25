"""Every original in the package against the journal: the bytes the agency received, and no others.

An original's digest stands in a line of this slice or of an earlier one (`arrival.taken`, or the event
it was entered with). What is listed is here, or an earlier package carried it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.journal import Journal
from evidence.verify.model import Check, failed, passed, review
from evidence.verify.package import Package

INDEX = "data/originals.json"
_ID = "material.original"
_ORIGINAL = re.compile(r"data/(?:企业/[^/]+/[^/]+/)?原件/([^/]+)")
_ARRIVAL = re.compile(r"A-\d{8}-\d{4,}")
_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def originals(package: Package) -> tuple[str, ...]:
    """Paths of the originals in a package."""
    return tuple(sorted(path for path in package.container.files if _ORIGINAL.fullmatch(path)))


def examine_originals(package: Package) -> tuple[Check, ...]:
    """Compare every original, and every one that is listed, with the journal."""
    if not package.ledger.continuous:
        return ()
    known = Known.of(package.journal)
    listed = _listed(package)
    found = [
        *_in_the_bag(package, known, listed),
        *(check for each in listed.values() for check in _as_listed(package, known, each)),
    ]
    if found:
        return tuple(found)
    count = len(originals(package))
    if not count or not package.journal.whole:
        return ()
    return (passed(_ID, f"包内 {count} 份原件的摘要都与账本相符。"),)


class Known:
    """What the journal says of stored files."""

    def __init__(self, taken: Mapping[str, str], digests: frozenset[str], carried: Mapping[str, str]) -> None:
        self.taken = taken
        """Arrival -> digest of its bytes."""
        self.digests = digests
        """Every digest a line names."""
        self.carried = carried
        """Digest -> the package that carried it first."""

    @classmethod
    def of(cls, journal: Journal) -> Known:
        """Read from the lines a package proves."""
        taken = {line.payload["arrival"]: line.payload["sha256"] for line in journal.of("arrival.taken/1")}
        digests = {
            each.decode()
            for line in journal.lines
            if line.kind != "package.built/1"
            for each in _DIGEST.findall(msgspec.json.encode(line.payload))
        }
        carried: dict[str, str] = {}
        for id, (_line, built) in journal.packages().items():
            for digest in built.get("originals", ()):
                carried.setdefault(digest, id)
        return cls(taken, frozenset(digests), carried)


def _listed(package: Package) -> dict[tuple[str, str], Mapping[str, Any]]:
    """(case, digest) -> row of originals.json; empty in packages of before it existed."""
    extent = package.container.files.get(INDEX)
    if extent is None:
        return {}
    document = msgspec.json.decode(extent.read(TEXT_LIMIT))
    rows = [(case["case"], row) for case in document["cases"] for row in case["files"]]
    rows += [("", row) for row in document.get("stacks", ())]
    return {(case, row["sha256"]): row for case, row in rows}


def _in_the_bag(
    package: Package, known: Known, listed: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[Check]:
    derived = {row["sha256"]: row["derived"]["from"] for row in listed.values() if "derived" in row}
    for path in originals(package):
        digest = package.digests[path].sha256
        name = path.rpartition("/")[2]
        arrival = _ARRIVAL.match(name)
        stated = known.taken.get(arrival[0]) if arrival else None
        source = derived.get(digest, digest)
        if stated is not None and stated != source:
            text = f"原件与账本不符：到件 {arrival[0] if arrival else ''} 登记的是另一个摘要，原件被调换。"
            yield failed(_ID, text, path, "HASH_FAILURE")
        elif source not in known.digests and package.journal.whole:
            yield failed(_ID, "账本从未登记过这份原件。", path, "HASH_FAILURE")
        elif source not in known.digests and package.info.get("Package-Format", "1") != "1":
            yield review(_ID, "这份原件的账目没有随包提供，不能与账本核对。", path, "SIGNED_DATA_NOT_FOUND")


def _as_listed(package: Package, known: Known, row: Mapping[str, Any]) -> Iterator[Check]:
    """One row of the list: where it says the file is, there it is."""
    digest, path, earlier = str(row["sha256"]), str(row["path"]), str(row["package"])
    if path:
        found = package.digests.get(path)
        if found is None or found.sha256 != digest:
            yield failed(_ID, "清单所列的原件不在包中，或不是所列的内容。", path, "HASH_FAILURE")
    elif not earlier:
        yield failed(_ID, f"清单所列的原件 {digest[:16]}… 不在包中，也没有引自以前的包。", INDEX)
    elif known.carried.get(digest) != earlier and package.journal.whole:
        yield failed(_ID, f"清单说原件 {digest[:16]}… 已随 {earlier} 移交，账本没有这样的记载。", INDEX)
