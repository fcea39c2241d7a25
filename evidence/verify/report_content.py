"""What the auditor's report says, in order, before anybody sets it: pure, from the verdict alone.

Chinese throughout, instants in Beijing time; standard's names of verdicts and levels stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evidence.domain.week import show_instant, show_instant_text
from evidence.verify.circumstances import Circumstances, GivenFile
from evidence.verify.four_properties import PropertyItem, four_properties
from evidence.verify.model import CheckKind, Report, SignatureRow
from evidence.verify.signature_facts import CertificateFacts, Proof, RevocationData
from evidence.verify.wording import (
    NOT_CHECKED,
    check_lines,
    headline,
    ledger_words,
    owed_words,
    recomputed_words,
    signature_words,
    spaced,
    state_of_row,
    witness_words,
)

UNEXAMINED = "未检测"
_PROOFS = {
    Proof.SIGNATURE_STAMP: "签名时间戳",
    Proof.DOCUMENT_STAMP: "文档时间戳",
    Proof.PACKAGE_STAMP: "整包签名的时间戳",
    Proof.RENEWAL: "续加的时间戳",
    Proof.NOTHING: "没有时间戳，只能以验证时刻计",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph; `state` puts a mark before it."""

    text: str
    state: CheckKind | None = None
    strong: bool = False
    """Larger, in the colour of its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A label and what stands beside it."""

    label: str
    value: str
    state: CheckKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what is below it."""

    title: str
    parts: tuple[Line | Field, ...]


def summary(report: Report, *, signed_by_hand: bool = True) -> Section:
    """The page a judge reads: the verdict, of what, when, by whom, resting on what.

    Args:
        report: what was found.
        signed_by_hand: whether the page has a line for whoever verified to sign.
    """
    parts: list[Line | Field] = []
    for line in headline(report):
        shape, _, sentence = line.partition(" ")
        state = _SHAPES.get(shape)
        parts.append(Line(text=sentence if state else line, state=state or CheckKind.FAIL, strong=True))
    parts += _object_fields(report)
    parts += _verdict_fields(report)
    parts += [_property_field(name, items) for name, items in _by_property(report)]
    if signed_by_hand:
        parts.append(Field(label="验证人", value="签字：____________________　　日期：____________________"))
    return Section(title="结论摘要", parts=tuple(parts))


def sections(report: Report, *, grounds: bool = True) -> Iterator[Section]:
    """Everything after the summary.

    Args:
        report: what was found.
        grounds: whether program, trust and limits are told; in a series they stand once for all packages.
    """
    lines = check_lines(report.checks)
    open_ = [Line(text=text, state=kind) for kind, text in lines if kind is not CheckKind.PASS]
    yield Section(title="需要注意的事项", parts=tuple(open_) or (Line(text="没有。"),))
    chains = _certificates(report)
    yield Section(
        title="签名", parts=tuple(part for row in report.signatures for part in _signature(row, chains))
    )
    if chains:
        yield Section(
            title="所涉证书",
            parts=tuple(
                part for number, one in enumerate(chains.values(), 1) for part in _certificate(number, one)
            ),
        )
    yield Section(
        title="“四性”检测（DA/T 70-2018）逐项",
        parts=tuple(part for item in _examined(report) for part in _property(item)),
    )
    passed = [Line(text=text, state=kind) for kind, text in lines if kind is CheckKind.PASS]
    yield Section(title="已检查并符合的事项", parts=tuple(passed) or (Line(text="没有。"),))
    if report.circumstances is not None and grounds:
        yield Section(title="验证所用的程序与依据", parts=tuple(ground_fields(report.circumstances)))
    yield Section(
        title="请用另外的渠道（电话、公函）核对证书指纹（SHA-256）",
        parts=tuple(Field(label=subject, value=spaced(digest)) for subject, digest in report.fingerprints),
    )
    if grounds:
        yield limits()


def limits() -> Section:
    """What no verification proves."""
    return Section(
        title="本报告不能证明的事项",
        parts=tuple(Line(text=text, state=CheckKind.NOTE) for text in NOT_CHECKED),
    )


def machine_report(report: Report) -> dict[str, Any]:
    """The same for programs: what `verify --json` prints."""
    return report.to_json() | {"properties": four_properties(report.checks)}


_SHAPES = {"●": CheckKind.PASS, "✕": CheckKind.FAIL, "◐": CheckKind.REVIEW, "○": CheckKind.NOTE}


def _object_fields(report: Report) -> Iterator[Field]:
    noted, package = report.circumstances, report.package
    yield Field(label="验证对象", value=report.subject)
    if noted is not None:
        yield Field(label="对象 SHA-256", value=object_digest(noted.object))
    if report.what == "package":
        yield Field(label="移交包编号", value=package.id or "读不出")
        yield Field(label="移交单位（自称）", value=package.agency or "读不出")
        contract = f"{package.contract or '读不出'}，{package.week or '读不出'}"
        yield Field(label="合同代号、周次", value=contract)
        as_of = show_instant_text(package.as_of) or "读不出"
        made = f"；实际制作于 {show_instant_text(package.made_at)}" if package.made_at else ""
        yield Field(label="判断时点", value=f"{as_of}{made}")
    if noted is not None:
        yield Field(label="实际验证时间", value=show_instant(noted.verified_at))
    yield Field(label="按此时刻判断", value=show_instant(report.at))


def _verdict_fields(report: Report) -> Iterator[Field]:
    sub = f"，{report.sub_indication}" if report.sub_indication else ""
    yield Field(label="结论代号", value=f"{report.indication}{sub}（ETSI EN 319 102-1）")
    own = next(iter(report.signatures), None)
    if own is not None:
        chain = own.details.chain
        mark = f"；证书 SHA-256 {spaced(chain[0].sha256)}" if chain else ""
        yield Field(label="签名人", value=f"{own.signer or '不明'}{mark}", state=state_of_row(own))
        yield Field(label="签名时间", value=_time_words(own))
    if report.what == "package":
        yield Field(label="账本", value=ledger_words(report))
        yield Field(label="见证", value=witness_words(report))
        yield Field(label="欠交", value=owed_words(report))
        yield Field(label="判断", value=recomputed_words(report))
    noted = report.circumstances
    if noted is not None:
        yield Field(label="信任依据", value=trust_words(noted))


def trust_words(noted: Circumstances) -> str:
    """The certificates that the reader gave, by subject and file."""
    anchors = [each for each in noted.trust if each.kind == "certificate"]
    return "；".join(f"{each.subject}（{each.file}）" for each in anchors) or "没有给出信任证书"


def _time_words(row: SignatureRow) -> str:
    proof = row.details.proof
    claimed = f"签名人自述 {show_instant(row.signed_at)}" if row.signed_at else ""
    stamped = f"时间戳 {show_instant(row.timestamp)}" if row.timestamp else "没有时间戳"
    proven = ""
    if proof is not None and proof.by is not Proof.NOTHING:
        proven = f"最早可证明存在于 {show_instant(proof.at)}（{_PROOFS[proof.by]}）"
    return "；".join(part for part in (stamped, claimed, proven) if part)


def _by_property(report: Report) -> Iterator[tuple[str, list[PropertyItem]]]:
    grouped: dict[str, list[PropertyItem]] = {}
    for item in _examined(report):
        grouped.setdefault(item.property, []).append(item)
    yield from grouped.items()


def _examined(report: Report) -> tuple[PropertyItem, ...]:
    """Every item of a package; of a single PDF those it has anything to do with."""
    items = four_properties(report.checks)
    return items if report.what == "package" else tuple(item for item in items if item.kind is not None)


def _property_field(name: str, items: list[PropertyItem]) -> Field:
    told = "；".join(f"{item.item}：{_outcome(item)}" for item in items)
    kinds = [item.kind for item in items]
    worst = next((kind for kind in _WORST if kind in kinds), None)
    if worst is CheckKind.NOTE and all(item.passed for item in items):
        worst = CheckKind.PASS
    return Field(label=name, value=told, state=worst or CheckKind.NOTE)


_WORST = (CheckKind.FAIL, CheckKind.REVIEW, CheckKind.NOTE, None, CheckKind.PASS)
_WORDS = {
    CheckKind.PASS: "符合",
    CheckKind.FAIL: "不符合",
    CheckKind.REVIEW: "尚不能认定",
    CheckKind.NOTE: "只有须知事项",
    None: UNEXAMINED,
}


def _outcome(item: PropertyItem) -> str:
    if item.kind is CheckKind.NOTE and item.passed:
        return "符合，有须知事项"
    return _WORDS[item.kind]


def _property(item: PropertyItem) -> Iterator[Line | Field]:
    yield Line(text=f"{item.property}　{item.item}：{_outcome(item)}", state=item.kind or CheckKind.NOTE)
    yield Field(label="检测方法", value=f"{item.how}。")
    if item.passed:
        yield Field(label="符合", value=f"{item.passed} 项检查符合")
    for remark in item.remarks:
        yield Field(label="情况", value=remark)


def _certificates(report: Report) -> dict[str, CertificateFacts]:
    """Every certificate of every chain once, in order of appearance."""
    found: dict[str, CertificateFacts] = {}
    for row in report.signatures:
        for each in (*row.details.chain, *row.details.authority):
            found.setdefault(each.sha256, each)
    return found


def _signature(row: SignatureRow, known: dict[str, CertificateFacts]) -> Iterator[Line | Field]:
    details, order = row.details, list(known)
    yield Line(text=signature_words(row), state=state_of_row(row))
    sub = f"，{row.sub_indication}" if row.sub_indication else ""
    yield Field(label="结论", value=f"{row.indication}{sub}")
    yield Field(label="时间", value=_time_words(row))
    if details.signature_algorithm:
        yield Field(
            label="算法", value=f"摘要 {details.digest_algorithm}，签名 {details.signature_algorithm}"
        )
    for label, chain in (("证书链", details.chain), ("时间戳机构", details.authority)):
        if chain:
            names = " ← ".join(f"证书{order.index(each.sha256) + 1} {each.subject}" for each in chain)
            yield Field(label=label, value=names)


def _certificate(number: int, one: CertificateFacts) -> Iterator[Line | Field]:
    anchor = "（你指明信任的证书）" if one.anchor else ""
    yield Line(text=f"证书{number}　{one.subject}{anchor}")
    yield Field(label="SHA-256", value=spaced(one.sha256))
    yield Field(label="序列号", value=one.serial)
    yield Field(label="有效期", value=f"{show_instant(one.not_before)} 至 {show_instant(one.not_after)}")
    yield Field(label="密钥与算法", value=f"{one.key}，证书签名 {one.signature_algorithm}")
    yield Field(label="吊销信息", value=_revocation_words(one.revocation))


def _revocation_words(data: RevocationData | None) -> str:
    if data is None:
        return "没有（自签名根证书，或没有取得）"
    number = f"第 {data.number} 号" if data.number else ""
    until = f"，有效至 {show_instant(data.next_update)}" if data.next_update else ""
    verdict = f"已于 {show_instant(data.revoked_at)} 吊销" if data.revoked_at else "未吊销"
    return f"{data.source}{number}，发布于 {show_instant(data.this_update)}{until}：{verdict}"


def ground_fields(noted: Circumstances) -> Iterator[Field]:
    """Program, machine, policy and everything that the reader gave."""
    yield Field(label="程序", value=noted.program)
    yield Field(label="运行环境", value=f"{noted.system}；计算机 {noted.host}；账户 {noted.account}")
    yield Field(label="验证策略", value=noted.policy)
    for each in noted.trust:
        kind = "证书" if each.kind == "certificate" else "吊销列表"
        when = f"，发布于 {show_instant(each.this_update)}" if each.this_update else ""
        value = f"{each.file}：{kind} {each.subject}{when}；SHA-256 {spaced(each.sha256)}"
        yield Field(label=each.option, value=value)
    if not noted.trust:
        yield Field(label="信任证书", value="没有给出")
    for one in noted.previous:
        yield Field(label="--previous", value=f"{one.name}；{object_digest(one)}")
    if not noted.previous:
        yield Field(label="以往的包", value="没有给出")


def object_digest(given: GivenFile) -> str:
    """Digest of what was verified, and of what it is the digest."""
    if not given.sha256:
        return "读不出"
    if given.digest_of == "tagmanifest":
        return f"{spaced(given.sha256)}（文件夹，取其 tagmanifest-sha256.txt）"
    return f"{spaced(given.sha256)}（{given.bytes} 字节）"
