"""整改报告: the enterprise's answer hazard by hazard, with the agency's first review."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import RectificationReport, ReviewResult
from evidence.domain.hazard import Hazard, HazardAnswer
from evidence.errors import UsageError
from evidence.forms.content.chain import (
    check_reference,
    hazards_so_far,
    latest_report,
    numbered,
)
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields
from evidence.forms.content.photo_pages import photo_rows
from evidence.forms.content.wording import BLANK_DAY, choices, day, short_day
from evidence.forms.source import Source
from evidence.language import _

_UNREVIEWED = "☐符合 ☐明显不符合"


def rectification_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 整改报告.

    Raises:
        UsageError: no report is recorded yet and no blank form was asked for.
    """
    hazards = hazards_so_far(source)
    report = None if source.blank else latest_report(source)
    if report is None and not source.blank:
        raise UsageError(
            _("案件 {case} 还没有登记整改报告。").format(case=source.case.id if source.case else ""),
            remedy=_("加 --blank 可签发已列好隐患的空白整改报告，交企业填写。"),
        )
    rows = _rows(hazards, report, blank=source.blank)
    reviewers = source.people((report.reviewed_by,)) if report and report.reviewed_by else ()
    receivers = source.people((report.received_by,)) if report and report.received_by else ()
    person = reviewers[0].id if reviewers else None
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "版本": f"第{report.version}次上报" if report else "第　　次上报",
        "整改": rows,
        "整改小结": _summary(hazards, report),
        "未完成原因": "" if source.blank else _unfinished(report, hazards),
        "填报人": "",
        "验收人": "",
        "报告日期": day(report.reported_on if report else None, blank=BLANK_DAY),
        "收到日期": day(report.received_on if report else None, blank=BLANK_DAY),
        "接收人": receivers[0].name if receivers else "",
        "逐条审核": _item_by_item(rows),
        "审核结论": choices(list(ReviewResult), [report.review] if report and report.review else []),
        "审核人": reviewers[0].name if reviewers else "",
        "审核日期": day(report.reviewed_on if report else None, blank=BLANK_DAY),
        "告知情况": _notice(report),
        "照片行": photo_rows(source, _captions(hazards, report)),
        "框": {
            **marks.fixed(),
            "reviewer": marks.box("reviewer", person=person),
            "reviewer_date": marks.box("reviewer-date", person=person),
        },
    }


def _rows(
    hazards: tuple[Hazard, ...], report: RectificationReport | None, *, blank: bool
) -> list[dict[str, str]]:
    answers = {answer.hazard: answer for answer in report.answers} if report else {}
    rows = []
    for number, hazard in numbered(hazards).values():
        answer = answers.get(hazard.id)
        free = "" if blank else "未答复"
        rows.append(
            {
                "序号": str(number),
                "隐患": f"{hazard.location}：{hazard.description}",
                "措施": answer.measure if answer else free,
                "责任人": answer.responsible if answer else "",
                "期限": short_day((answer.deadline if answer else None) or hazard.deadline, blank=""),
                "资金": f"{answer.funds_yuan}" if answer and answer.funds_yuan is not None else "",
                "完成日期": short_day(answer.completed_on if answer else None),
                "完成情况": answer.status if answer else "",
                "审核": _verdict(answer),
            }
        )
    return rows


def _item_by_item(rows: list[dict[str, str]]) -> str:
    """Which items were found to conform; every item with its boxes while nobody has reviewed them."""
    by_verdict: dict[str, list[str]] = {}
    for row in rows:
        by_verdict.setdefault(row["审核"], []).append(row["序号"])
    if _UNREVIEWED in by_verdict:
        return "　　".join(f"{row['序号']} {row['审核']}" for row in rows)
    return "；".join(
        f"第{_spans([int(number) for number in by_verdict[verdict]])}项{verdict}"
        for verdict in ("符合", "明显不符合")
        if verdict in by_verdict
    )


def _spans(numbers: list[int]) -> str:
    """`1、 3～9、 12`; the blank lets a long list break over lines."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return "、 ".join(f"{first}" if first == last else f"{first}～{last}" for first, last in spans)


def _verdict(answer: HazardAnswer | None) -> str:
    if answer is None or answer.obviously_wrong is None:
        return _UNREVIEWED
    return "明显不符合" if answer.obviously_wrong else "符合"


def _summary(hazards: tuple[Hazard, ...], report: RectificationReport | None) -> str:
    if report is None:
        return f"共{len(hazards)}项隐患"
    done = sum(answer.completed_on is not None for answer in report.answers)
    return f"共{len(hazards)}项隐患，已完成{done}项"


def _unfinished(report: RectificationReport | None, hazards: tuple[Hazard, ...]) -> str:
    """Which hazards are still open."""
    answers = report.answers if report else ()
    places = numbered(hazards)
    left = [answer for answer in answers if answer.completed_on is None]
    if not left:
        return "无"
    return "；".join(
        f"隐患{places[answer.hazard][0] if answer.hazard in places else answer.hazard}："
        f"{answer.status or '未完成'}，计划{day(answer.deadline, blank='＿＿')}完成"
        for answer in left
    )


def _notice(report: RectificationReport | None) -> str:
    if report is None:
        return ""
    if report.notified_on is None:
        return "无需告知" if report.review is ReviewResult.ACCEPTED else ""
    return f"{day(report.notified_on)}以{report.notified_by or '＿＿'}方式告知企业纠正"


def _captions(hazards: tuple[Hazard, ...], report: RectificationReport | None) -> list[tuple[str, Any]]:
    answers = {answer.hazard: answer.photos for answer in report.answers} if report else {}
    pairs = []
    for number, hazard in numbered(hazards).values():
        after = answers.get(hazard.id, ())
        if after:
            pairs += [(f"隐患{number}　整改前", photo) for photo in hazard.photos[: len(after)]]
            pairs += [(f"隐患{number}　整改后", photo) for photo in after]
    return pairs
