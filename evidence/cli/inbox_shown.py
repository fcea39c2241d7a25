"""`evidence inbox list` and `show`: what waits for a person, and all that is known of one arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evidence.cli.completing import a_waiting_arrival
from evidence.cli.intake import arrival_lines, summary_line
from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.document import BoxKind, MarkVerdict
from evidence.domain.terms import box_title
from evidence.language import _
from evidence.ledger.lookup import known_arrival

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidence.config import Workspace


@click.command("list")
@workspace_command
@click.option("--all", "everything", is_flag=True, help=_("列出全部到件，而不只是待处理的"))
@json_option
def list_command(workspace: Workspace, everything: bool, as_json: bool) -> None:
    """列出待处理的到件。

    \b
    例：evidence inbox list --all
    """
    from evidence.inbox.report import arrival_row, counted, waits_for_a_person
    from evidence.ledger.fold_arrivals import OPEN_OUTCOMES

    view = workspace.ledger.view
    counts = counted(view.arrival_counts())
    if everything:
        arrivals = list(view.arrivals())
    else:
        looked_for = [each for outcome in sorted(OPEN_OUTCOMES) for each in view.arrivals(outcome)]
        arrivals = [
            arrival
            for arrival in sorted(looked_for, key=lambda each: each.id)
            if arrival.outcome in {ArrivalOutcome.WAITING, ArrivalOutcome.TAKEN}
            or waits_for_a_person(arrival)
        ]
    if as_json:
        emit({"arrivals": [arrival_row(arrival, view) for arrival in arrivals], "summary": counts})
        return
    say(summary_line(counts))
    for arrival in arrivals:
        say(arrival_lines(arrival))
    if not arrivals:
        say(_("没有待处理的到件。"))


@click.command("show")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@json_option
def show_command(workspace: Workspace, arrival: str, as_json: bool) -> None:
    """一个到件的全部情况：页、签章、建议、原件位置、历次决定。

    \b
    例：evidence inbox show A-20220401-0007
    """
    from evidence.inbox.report import arrival_row

    view = workspace.ledger.view
    found = known_arrival(view, arrival)
    row = arrival_row(found, view)
    row["decisions"] = [
        {"decision": each.decision, "by": each.by, "why": each.why} for each in found.decisions
    ]
    if found.sha256 is not None:
        row["original"] = str(workspace.originals.path(found.sha256))
    if as_json:
        emit(row)
        return
    say(arrival_lines(found))
    for document in row["documents"]:
        say(_document_lines(document))
    for each in found.decisions:
        word = _decision_word(each.decision)
        say(_("    决定：{decision}（{by}：{why}）").format(decision=word, by=each.by, why=each.why))
    if found.sha256 is not None:
        say(_("    原件：{path}").format(path=row["original"]))


def _document_lines(document: dict[str, Any]) -> Iterator[str]:
    if document["number"] is None:
        likely = "、".join(
            _("{number} 第{page}页").format(number=each["number"], page=each["page"])
            for each in document["suggestions"]
        )
        yield _("    ◐ 文件第 {page} 页待归入　可能：{likely}").format(
            page=document["index"] + 1, likely=likely or _("无建议")
        )
        return
    pages = "、".join(str(page) for page in document["pages"])
    about = _("第 {pages} 页").format(pages=pages) if pages else _("电子文件")
    yield f"    ● {document['number']}　{about}"
    for mark in document["marks"]:
        sign, word = verdict_in_words(MarkVerdict(mark["verdict"]))
        sign = sign if mark["required"] or sign == "●" else "－"
        title = box_title(mark["role"], BoxKind(mark["kind"]))
        yield _("        {sign} 第{page}页 {title} {word}").format(
            sign=sign, page=mark["page"], title=title, word=word
        )


def verdict_in_words(verdict: MarkVerdict) -> tuple[str, str]:
    """Its sign and its word."""
    return {
        MarkVerdict.PRESENT: ("●", _("有")),
        MarkVerdict.ABSENT: ("✕", _("未见")),
        MarkVerdict.UNDECIDED: ("◐", _("待认定")),
    }[verdict]


def _decision_word(decision: str) -> str:
    words = {
        "link": _("归入"),
        "split": _("分页归入"),
        "retry": _("重新识别"),
        "accept": _("按现状接收"),
        "reject": _("退回"),
        "undo": _("撤销上一决定"),
    }
    return words.get(decision, decision)
