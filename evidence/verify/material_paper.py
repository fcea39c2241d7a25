"""The papers of a package speak of this package: dossiers of their cases, the list, the receipt.

A sound signature tells that a paper is the agency's, not that it belongs here: last week's list and
another case's dossier are soundly signed as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evidence.verify.model import Check, failed, passed, review
from evidence.verify.package import Package

LIST, RECEIPT = "data/移交清单.pdf", "data/接收回执.pdf"
_ID = "material.paper"
CASE = re.compile(r"(?<![A-Z])[A-Z]{3}\d{2}-\d{4}(?!\d)")
"""A case's id as a dossier's title or first pages print it."""
_DOSSIER = re.compile(r"data/企业/[^/]+/([^/]+)/卷宗\.pdf")
_PACKAGE = re.compile(r"(?<![A-Z])[A-Z]{3}-\d{4}-W\d{2}(?:-S\d+)?(?!\d)")


def examine_papers(package: Package, texts: Mapping[str, str]) -> tuple[Check, ...]:
    """Whether dossiers, list and receipt are those of this package.

    Args:
        package: taken apart.
        texts: path -> title and printed text of the PDFs, as far as they could be read.
    """
    checks = (*_dossiers(package, texts), *_list(package, texts), *_receipt(package, texts))
    if checks or package.info.get("Package-Format", "1") == "1":
        return checks
    count = sum(1 for path in package.container.files if _DOSSIER.fullmatch(path))
    return (passed(_ID, f"移交清单、接收回执和 {count} 份卷宗都是本包的。"),)


def _dossiers(package: Package, texts: Mapping[str, str]) -> Iterator[Check]:
    modern = package.info.get("Package-Format", "1") != "1"
    here = {match[1]: path for path in package.container.files if (match := _DOSSIER.fullmatch(path))}
    for case, path in sorted(here.items()):
        titled = CASE.findall(texts.get(path, "").partition("\n")[0])
        named = titled or CASE.findall(texts.get(path, ""))
        if named and case not in named:
            text = f"{case} 的卷宗其实是 {named[0]} 的，卷宗被调换。"
            yield failed(_ID, text, path, "HASH_FAILURE")
        elif not named and modern:
            yield review(_ID, f"卷宗上读不出案件编号，不能认定是 {case} 的。", path)
    facts = package.facts.get("facts")
    if not modern or not isinstance(facts, dict):
        return
    judged = {case["case"]["id"] for case in facts.get("cases", ())}
    moved = facts.get("moved")
    carried = judged if moved is None else judged & set(moved)
    for case in sorted(carried - here.keys()):
        yield failed(_ID, f"本周有材料的案件 {case} 没有卷宗。", "data/企业", "SIGNED_DATA_NOT_FOUND")
    for case in sorted(here.keys() - judged):
        yield failed(_ID, f"卷宗的案件 {case} 不在事实之中。", here[case])


def _list(package: Package, texts: Mapping[str, str]) -> Iterator[Check]:
    named = _PACKAGE.findall(texts.get(LIST, ""))
    titled = _PACKAGE.findall(texts.get(LIST, "").partition("\n")[0])
    if titled and package.id not in titled:
        yield failed(_ID, f"移交清单是 {titled[0]} 的，不是本包的。", LIST, "HASH_FAILURE")
    elif package.id not in named and package.info.get("Package-Format", "1") != "1":
        yield review(_ID, "移交清单上读不出本包编号，不能认定是本包的。", LIST)


def _receipt(package: Package, texts: Mapping[str, str]) -> Iterator[Check]:
    if package.info.get("Package-Format", "1") == "1" or RECEIPT not in package.container.files:
        return
    mark = package.info.get("Checkpoint-Fingerprint", "")
    letters = "".join(letter for letter in texts.get(RECEIPT, "") if letter.isalnum())
    others = [id for id in _PACKAGE.findall(texts.get(RECEIPT, "")) if id != package.id]
    if mark in letters:
        return
    if others:
        yield failed(_ID, f"接收回执是 {others[0]} 的，不是本包的。", RECEIPT, "HASH_FAILURE")
    else:
        yield review(_ID, "接收回执上读不出本包检查点的指纹。", RECEIPT)
