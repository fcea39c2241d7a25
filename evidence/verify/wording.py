"""The verdict in the auditor's words; shared by the terminal and the PDF report. Always Chinese."""

from __future__ import annotations

from evidence.domain.week import SHANGHAI
from evidence.verify.attached import BROKEN
from evidence.verify.model import Check, CheckKind, Indication, Integrity, Report, SignatureRow

SHAPES: dict[CheckKind, str] = {
    CheckKind.PASS: "●",
    CheckKind.FAIL: "✕",
    CheckKind.REVIEW: "◐",
    CheckKind.NOTE: "○",
}
"""One shape a state, as everywhere in the product."""

EVALUATION_LINE = "注意：本件使用试用密钥签名（EVALUATION ONLY），没有证明力。"

_VERDICTS = {
    Indication.PASSED: ("●", "验证通过", "确为签名人所制，此后没有改动。"),
    Indication.INDETERMINATE: ("◐", "尚不能认定", "没有发现改动，但还缺依据，见下。"),
    Indication.FAILED: ("✕", "验证不通过", "不是原样，见下。"),
}
"""Shape, verdict and what it means."""
_UNDECIDED = "没有证实不成立之处，但有不能判断的事项，见下。"
_CHANGED_PDF = "签名无效或签名后有改动，见下。"
_GROUNDS = ("trust", "timestamp", "chain")
"""Last parts of the ids of checks that ask for certificates, revocation data or time stamps."""
_INTEGRITY = {
    Integrity.PASSED: "完好",
    Integrity.FAILED: "无效",
    Integrity.INDETERMINATE: "不能判断",
}
_COVERAGE = {
    "entire_file": "覆盖整个文件",
    "entire_revision": "覆盖其修订",
    "partial": "只覆盖部分",
    "unclear": "范围不明",
}
_MODIFICATIONS = {
    "none": "其后无改动",
    "lta_updates": "其后只有验证资料",
    "metadata_updates": "其后只更新过文件信息",
    "form_filling": "其后填写过表单",
    "annotations": "其后加过批注",
    "other": "其后有改动",
    "unknown": "其后改动不明",
}
_RECOMPUTED = {
    "equal": "由事实重算的判断与包中一致",
    "differs": "由事实重算的判断与包中不同",
    "unknown_ruleset": "未能重算判断（没有该规则集）",
}
NOT_CHECKED = (
    "事实本身是否真实：重算只证明判断无误；现场情况以原件、签名和录像为准。",
    "手写签名的真伪、扫描件与纸质原件是否一致：需人工核对。",
    "证书的最新吊销状态：只用了随附的吊销信息，没有联网查询。",
    "握有签名密钥者在任何人取得回执之前重写全部账本：不能由密码学发现，只能靠见证。",
)


def headline(report: Report) -> tuple[str, ...]:
    """The first lines: evaluation warning, verdict, completeness."""
    lines = [EVALUATION_LINE] if report.evaluation_keys else []
    shape, (verdict, meaning) = _VERDICTS[report.indication][0], verdict_words(report)
    sub = f"［{report.sub_indication}］" if report.sub_indication else ""
    lines.append(f"{shape} {verdict}（{report.indication.value}）：{meaning}{sub}")
    if report.what == "package":
        lines.append(_claim_line(report))
    broken = len({check.location for check in report.checks if check.id == BROKEN})
    if broken:
        lines.append(f"✕ 随附的 {broken} 份他人签名文件签名不成立（不影响本包真伪），见签名与检查")
    return tuple(lines)


def verdict_words(report: Report) -> tuple[str, str]:
    """The verdict and what it means, without the standard's codes."""
    _shape, verdict, meaning = _VERDICTS[report.indication]
    if report.indication is Indication.INDETERMINATE and not _only_grounds_are_missing(report):
        meaning = _UNDECIDED
    if report.indication is Indication.FAILED and report.what == "pdf":
        meaning = _CHANGED_PDF
    return verdict, meaning


def _only_grounds_are_missing(report: Report) -> bool:
    """Whether everything that could be looked at is as it was, and only trust material is wanting."""
    open_ = [check for check in report.checks if check.kind is CheckKind.REVIEW and check.decides]
    return bool(open_) and all(check.id.rpartition(".")[2] in _GROUNDS for check in open_)


def _claim_line(report: Report) -> str:
    """What the package says of its own completeness; worth nothing under a failed verdict."""
    told = report.completeness
    owed = f"；此前声明未移交的仍有 {told.owed_before} 项" if told.owed_before else ""
    if report.indication is Indication.FAILED:
        return f"○ 移交包自称{'完整' if told.complete else '不完整'}；结论不通过，自称不作数"
    if told.complete and told.supplement:
        return f"○ 补充包自称所载材料完整（不代表该周完整）{owed}"
    # a claim, not our verdict: neither green nor red
    return f"○ 移交包自称{'完整' if told.complete else '不完整'}{owed}{_WHERE_TO_LOOK[told.complete]}"


_WHERE_TO_LOOK = {True: "", False: "（见移交清单与判断）"}


def ledger_lines(report: Report) -> tuple[str, ...]:
    """Checkpoint, continuity, witness, recomputation."""
    if report.what != "package":
        return ()
    return (
        f"检查点指纹：{report.ledger.checkpoint or '读不出'}（可与接收回执上的 16 位指纹核对）",
        f"{ledger_words(report)}；{witness_words(report)}",
        f"判断：{recomputed_words(report)}",
    )


def ledger_words(report: Report) -> str:
    """The package before, and whether the ledger goes on from it."""
    ledger = report.ledger
    before = f"上一包：{ledger.previous or '无（首包）'}"
    if report.indication is Indication.FAILED:
        return f"{before}；账本不作依据（结论不通过）"
    return f"{before}；账本{'连续' if ledger.continuous else '不连续'}"


def witness_words(report: Report) -> str:
    """Whether anybody but the agency stands for the history, and on what ground."""
    if report.indication is Indication.FAILED:
        return "见证不作依据（结论不通过）"
    if not report.ledger.witnessed:
        return "没有见证，仅机构自己担保"
    grounds = (
        each.message.rstrip("。")
        for each in report.checks
        if each.kind is CheckKind.PASS and each.id in ("ledger.receipt", "ledger.previous")
    )
    return f"有见证：{'；'.join(dict.fromkeys(grounds))}"


def owed_words(report: Report) -> str:
    """What earlier packages declared and this one still owes."""
    told = report.completeness
    claim = "自称完整" if told.complete else "自称不完整"
    if report.indication is Indication.FAILED:
        return f"{claim}（结论不通过，自称不作数）"
    if told.supplement:
        claim = "补充包，只就所载材料自称完整" if told.complete else "补充包，自称所载材料不完整"
    return f"{claim}；此前声明未移交的 {told.owed_before} 项"


def recomputed_words(report: Report) -> str:
    """Whether judging again gave the same."""
    return _RECOMPUTED.get(report.completeness.recomputed, "")


def state_of_row(row: SignatureRow) -> CheckKind:
    """The state a signature is shown in."""
    if row.integrity is Integrity.FAILED:
        return CheckKind.FAIL
    return CheckKind.PASS if row.trusted and row.integrity is Integrity.PASSED else CheckKind.REVIEW


def signature_words(row: SignatureRow) -> str:
    """One signature in one sentence."""
    when = row.timestamp or row.signed_at
    time = f"{when.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if when else "时间不明"
    source = "时间戳" if row.timestamp else "签名人自述"
    return (
        f"{row.file}{f' · {row.field}' if row.field else ''}："
        f"{row.signer or '签名人不明'}；{time}（{source}）；{row.level or '级别不明'}；"
        f"签名{_INTEGRITY[row.integrity]}；{_COVERAGE.get(row.coverage, row.coverage)}；"
        f"{_MODIFICATIONS.get(row.modifications, row.modifications)}；"
        f"证书{'可信' if row.trusted else '未获信任'}"
    )


def signature_line(row: SignatureRow) -> str:
    """The same with its state before it and its certificate behind it, for a terminal."""
    chain = row.details.chain
    mark = f"；证书指纹 {chain[0].sha256[:16]}…" if chain else ""
    return f"{SHAPES[state_of_row(row)]} {signature_words(row)}{mark}"


_ORDER = {CheckKind.FAIL: 0, CheckKind.REVIEW: 1, CheckKind.NOTE: 2, CheckKind.PASS: 3}
_SHOWN = 5
"""Places named one by one before the rest is counted; failures are all named."""


def check_lines(checks: tuple[Check, ...]) -> tuple[tuple[CheckKind, str], ...]:
    """(state, sentence) of each different check: what failed or is open first, same sentences together."""
    places: dict[tuple[CheckKind, str, str], list[str]] = {}
    for check in sorted(checks, key=lambda check: _ORDER[check.kind]):
        places.setdefault((check.kind, check.id, check.message), []).append(check.location)
    return tuple((kind, message + _where(kind, found)) for (kind, _, message), found in places.items())


def _where(kind: CheckKind, places: list[str]) -> str:
    named = [place for place in places if place]
    if not named:
        return ""
    if kind is CheckKind.FAIL or len(named) <= _SHOWN:
        return f"〔{'；'.join(named)}〕"
    return f"〔{'；'.join(named[: _SHOWN - 2])} 等 {len(named)} 处〕"


def text_report(report: Report) -> tuple[str, ...]:
    """The whole report for a terminal."""
    lines = [*headline(report), "", *ledger_lines(report), ""]
    lines += ["签名："] + [f"  {signature_line(row)}" for row in report.signatures] + [""]
    lines.append("检查：")
    lines += [f"  {SHAPES[kind]} {sentence}" for kind, sentence in check_lines(report.checks)]
    lines.append("")
    if report.fingerprints:
        lines.append("请用另外的渠道（电话、公函）核对证书指纹（SHA-256）：")
        for subject, digest in report.fingerprints:
            lines += [f"  {subject}", f"    {spaced(digest)}"]
        lines.append("")
    lines += ["本程序不能证明："] + [f"  ○ {text}" for text in NOT_CHECKED]
    return tuple(lines)


def spaced(digest: str) -> str:
    """A digest in groups of four, for reading aloud."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
