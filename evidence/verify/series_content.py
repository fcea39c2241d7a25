"""What a series of packages says: for the terminal, for programs and as the sections of its PDF; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.week import show_instant
from evidence.verify.model import CheckKind, Indication, Report
from evidence.verify.report_content import (
    Field,
    Line,
    Section,
    ground_fields,
    limits,
    machine_report,
    object_digest,
    sections,
    summary,
    trust_words,
)
from evidence.verify.series import SeriesReport
from evidence.verify.wording import SHAPES, text_report

_STATES = {
    Indication.PASSED: CheckKind.PASS,
    Indication.INDETERMINATE: CheckKind.REVIEW,
    Indication.FAILED: CheckKind.FAIL,
}
_HEADLINES = {
    Indication.PASSED: "全部移交包验证通过，前后一致，没有缺周",
    Indication.INDETERMINATE: "这一系列移交包尚不能认定，见下",
    Indication.FAILED: "这一系列移交包验证不通过，见下",
}
_PAYMENTS_ONLY = {
    Indication.PASSED: "全部付款资料包验证通过",
    Indication.INDETERMINATE: "付款资料包尚不能认定，见下",
    Indication.FAILED: "付款资料包验证不通过，见下",
}
_MOST_NAMED = 12
"""Packages, weeks or forks named on the page of summary; the sections behind it name all."""


def series_lines(series: SeriesReport) -> tuple[str, ...]:
    """What the series says in the auditor's words, then each package's own report."""
    lines = [f"{SHAPES[_STATES[series.indication]]} {_headline(series)}"]
    lines += [
        f"  {SHAPES[_STATES[each.indication]]} {each.subject}：{each.indication.value}"
        for each in series.packages
    ]
    if series.missing_weeks:
        lines.append(f"{SHAPES[CheckKind.REVIEW]} 缺少这些周的移交包：{'、'.join(series.missing_weeks)}")
    lines += [f"{SHAPES[CheckKind.FAIL]} {'与'.join(fork.packages)}：{fork.why}" for fork in series.forks]
    lines += [f"{SHAPES[CheckKind.NOTE]} {_foreign(name)}" for name in series.not_packages]
    for each in series.packages:
        lines += ["", f"—— {each.subject} ——", *text_report(each)]
    return tuple(lines)


def series_document(series: SeriesReport) -> dict[str, Any]:
    """The same for programs: what `verify --json` prints for a folder."""
    whole: dict[str, Any] = {
        "indication": series.indication,
        "missing_weeks": series.missing_weeks,
        "forks": series.forks,
    }
    if series.not_packages:
        whole["not_packages"] = series.not_packages
    return {"packages": [machine_report(report) for report in series.packages], "series": whole}


def series_summary(series: SeriesReport) -> Section:
    """The page a judge reads: the verdict over the whole, of what, when, resting on what."""
    parts: list[Line | Field] = [
        Line(text=f"{_headline(series)}。", state=_STATES[series.indication], strong=True),
        Field(label="验证对象", value=f"{series.subject}（文件夹，{_counted(series)}）"),
        *_stated(series),
    ]
    noted = series.circumstances
    if noted is not None:
        parts.append(Field(label="实际验证时间", value=show_instant(noted.verified_at)))
    parts.append(Field(label="按此时刻判断", value=show_instant(series.at)))
    parts += _outcomes(series)
    if _weekly(series):
        parts += _continuity(series)
    if noted is not None:
        parts.append(Field(label="信任依据", value=trust_words(noted)))
    parts.append(Field(label="验证人", value="签字：____________________　　日期：____________________"))
    return Section(title="结论摘要", parts=tuple(parts))


def series_sections(series: SeriesReport) -> Iterator[Section]:
    """Everything after the summary: the list of packages, what is wrong between them, then each in full."""
    yield Section(title="各移交包", parts=tuple(part for each in series.packages for part in _row(each)))
    between = [Line(text=f"缺少 {week} 的移交包。", state=CheckKind.REVIEW) for week in series.missing_weeks]
    between += [
        Line(text=f"{'与'.join(fork.packages)}：{fork.why}", state=CheckKind.FAIL) for fork in series.forks
    ]
    if _weekly(series):
        yield Section(
            title="各包之间",
            parts=tuple(between)
            or (Line(text="没有缺周，没有互相矛盾的移交包。", state=_STATES[Indication.PASSED]),),
        )
    if series.not_packages:
        lines = tuple(Line(text=_foreign(name), state=CheckKind.NOTE) for name in series.not_packages)
        yield Section(title="文件夹里的其他文件", parts=lines)
    if series.circumstances is not None:
        yield Section(title="验证所用的程序与依据", parts=tuple(ground_fields(series.circumstances)))
    yield limits()
    for each in series.packages:
        own = summary(each, signed_by_hand=False)
        yield Section(title=f"{each.subject}　{own.title}", parts=own.parts)
        for section in sections(each, grounds=False):
            yield Section(title=f"{each.subject}　{section.title}", parts=section.parts)


def _foreign(name: str) -> str:
    return f"{name} 不是本系统的移交包，没有验证。"


def _headline(series: SeriesReport) -> str:
    words = _HEADLINES[series.indication]
    if not _weekly(series):
        words = _PAYMENTS_ONLY[series.indication]
    return f"{words}（{series.indication.value}）"


def _weekly(series: SeriesReport) -> tuple[Report, ...]:
    """Those that a ledger joins; packs for a payment stand by themselves."""
    return tuple(each for each in series.packages if each.what == "package")


def _counted(series: SeriesReport) -> str:
    weekly = len(_weekly(series))
    payments = len(series.packages) - weekly
    counts = ((weekly, "移交包"), (payments, "付款资料包"))
    return "、".join(f"{number} 个{what}" for number, what in counts if number)


def _stated(series: SeriesReport) -> Iterator[Field]:
    """What the packages say they are, all of them together."""
    stated = [each.package for each in _weekly(series)]
    if not stated:
        return
    for label, values in (
        ("移交单位（自称）", {each.agency for each in stated}),
        ("合同代号", {each.contract for each in stated}),
    ):
        yield Field(label=label, value="、".join(sorted(values - {""})) or "读不出")
    weeks = sorted({each.week for each in stated} - {""})
    yield Field(label="周次", value=" 至 ".join(dict.fromkeys((weeks[0], weeks[-1]))) if weeks else "读不出")


def _outcomes(series: SeriesReport) -> Iterator[Field]:
    """How many of each verdict, and which those are that did not pass."""
    for indication, label in (
        (Indication.FAILED, "不通过"),
        (Indication.INDETERMINATE, "尚不能认定"),
        (Indication.PASSED, "通过"),
    ):
        found = [each for each in series.packages if each.indication is indication]
        if not found:
            continue
        named = _some([_name(each) for each in found])
        value = f"{len(found)} 个：{named}"
        yield Field(label=label, value=value, state=_STATES[indication])
    lacking = [_name(each) for each in series.packages if each.what == "package" and _incomplete(each)]
    if lacking:
        value = f"{len(lacking)} 个：{_some(lacking)}"
        yield Field(label="自称不完整", value=value, state=CheckKind.NOTE)


def _incomplete(report: Report) -> bool:
    return report.indication is not Indication.FAILED and not report.completeness.complete


def _continuity(series: SeriesReport) -> Iterator[Field]:
    missing, forks = series.missing_weeks, [" 与 ".join(fork.packages) for fork in series.forks]
    yield Field(
        label="缺周",
        value=_some(missing) if missing else "没有",
        state=CheckKind.REVIEW if missing else CheckKind.PASS,
    )
    yield Field(
        label="互相矛盾的包",
        value=_some(forks) if forks else "没有",
        state=CheckKind.FAIL if forks else CheckKind.PASS,
    )


def _row(report: Report) -> Iterator[Line | Field]:
    """One package in the list: verdict, week, digest."""
    stated = report.package
    week = f"{stated.week}，" if stated.week else ""
    code = f"{report.indication}{f'，{report.sub_indication}' if report.sub_indication else ''}"
    yield Line(text=f"{report.subject}：{week}{code}", state=_STATES[report.indication])
    if report.circumstances is not None:
        yield Field(label="SHA-256", value=object_digest(report.circumstances.object))


def _name(report: Report) -> str:
    return report.package.id or report.subject


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" 等 {len(names)} 个" if len(names) > _MOST_NAMED else ""
    return "、".join(names[:_MOST_NAMED]) + more
