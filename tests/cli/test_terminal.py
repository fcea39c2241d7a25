"""What a terminal shows and what a program reading the output gets: tables, colours, signs of life."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from datetime import date

import click
import pytest

from evidence.cli import status
from evidence.cli.output import say
from evidence.cli.tables import table
from evidence.cli.waiting import Working, counting
from evidence.domain.case import CaseKind, VisitKind
from evidence.domain.document import BoxKind
from evidence.domain.terms import BOX_KINDS, CASE_KINDS, VISIT_KINDS
from evidence.rules.clause import Clause, Finding, Kind, Level, Subject
from evidence.rules.due_item import DueItem

HEADS = ("期限", "企业")
ROWS = [("● 2022-04-01 周五", "常州恒晟精密机械有限公司[一厂]"), ("✕ 2022-04-11 周一", "润禾包装")]
ESCAPE = re.compile("\x1b\\[[0-9;?]*[a-zA-Z]")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Terminal]:
    """Make stdout or stderr a terminal of 40 columns that knows colours."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")

    def open_one(name: str) -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, name, stream)
        return stream

    return open_one


def width(line: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)


def test_columns_of_a_table_stand_below_each_other_though_chinese_is_twice_as_wide() -> None:
    head, first, second = map(click.unstyle, table(HEADS, ROWS, indent=2))
    starts = [width(line[: line.index(word)]) for line, word in
              ((head, "企业"), (first, "常州"), (second, "润禾"))]  # fmt: skip
    assert len(set(starts)) == 1
    assert first == "  ● 2022-04-01 周五  常州恒晟精密机械有限公司[一厂]"


def test_a_program_that_reads_the_output_gets_whole_lines_without_colour(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say(table(HEADS, [("●", "甲" * 300)]))
    head, line = capsys.readouterr().out.splitlines()
    assert "甲" * 300 in line
    assert not ESCAPE.search(head + line)


def test_a_narrow_terminal_breaks_the_text_and_never_the_date(terminal: Callable[[str], Terminal]) -> None:
    stream = terminal("stdout")
    say(table(HEADS, ROWS, indent=2))
    lines = [ESCAPE.sub("", line) for line in stream.getvalue().splitlines()]
    assert max(map(width, lines)) <= 40
    assert [line[:18].rstrip() for line in lines if "2022" in line] == [
        "  ● 2022-04-01 周五",
        "  ✕ 2022-04-11 周一",
    ]


def test_each_state_has_its_colour_on_a_terminal_and_none_under_no_color(
    terminal: Callable[[str], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = terminal("stdout")
    say("● ✕ ◐ ○")
    assert stream.getvalue() == "\x1b[32m●\x1b[0m \x1b[31m✕\x1b[0m \x1b[33m◐\x1b[0m \x1b[90m○\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    plain = terminal("stdout")
    say(["● ✕ ◐ ○", *table(HEADS, ROWS)])
    assert not ESCAPE.search(plain.getvalue())


def test_counted_work_is_a_line_a_step_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("逐件核对") as tell:
        tell(1, 3)
        tell(2, 3, "甲.pdf")
        tell(3)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == ["逐件核对  1/3", "逐件核对  2/3  甲.pdf", "逐件核对  3"]


def test_counted_work_may_leave_the_lines_to_its_caller(capsys: pytest.CaptureFixture[str]) -> None:
    with counting("登记录像", plain=False) as tell:
        tell(1, 3)
    assert capsys.readouterr().err == ""


def test_counted_work_is_a_bar_on_a_terminal_that_is_gone_afterwards(
    terminal: Callable[[str], Terminal],
) -> None:
    stream = terminal("stderr")
    with counting("逐件核对") as tell:
        tell(2, 3, "[甲].pdf")
    drawn = ESCAPE.sub("", stream.getvalue())
    assert "逐件核对" in drawn
    assert "2/3" in drawn
    assert stream.getvalue().rstrip("\n").endswith("\x1b[2K"), "the last thing done is to clear the line"


def test_work_without_an_amount_says_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Working("正在核对……") as work:
        work.say("正在签名……")
        with work.paused():
            pass
    assert capsys.readouterr().err.splitlines() == ["正在核对……", "正在签名……"]


def test_work_on_a_terminal_makes_room_for_a_question(terminal: Callable[[str], Terminal]) -> None:
    stream = terminal("stderr")
    with Working("正在核对……") as work:
        work.say("正在签名[甲]……")
        with work.paused():
            before = stream.getvalue()
            stream.write("密码：")
            assert stream.getvalue() == before + "密码：", "nothing else is drawn while somebody types"
    assert "正在签名[甲]……" in ESCAPE.sub("", stream.getvalue())


def test_no_color_reaches_the_bars_too(
    terminal: Callable[[str], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = terminal("stderr")
    with counting("逐件核对") as tell:
        tell(2, 3)
    colours = re.findall("\x1b\\[([0-9;]+)m", stream.getvalue())
    assert not [code for code in colours if re.search(r"(^|;)(3[0-8]|9[0-7])(;|$)", code)]


def test_every_kind_of_mark_and_case_and_visit_has_its_word() -> None:
    assert set(BOX_KINDS) == set(BoxKind)
    assert (set(CASE_KINDS), set(VISIT_KINDS)) == (set(CaseKind), set(VisitKind))


@pytest.mark.parametrize("lines", [24, 50])
def test_status_fits_one_screen_and_shows_the_worst_cases_first(
    lines: int, terminal: Callable[[str], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", str(lines))
    stream = terminal("stdout")
    findings = [case_finding(number, Kind.FAIL) for number in range(30) for _again in range(number)]
    blocking = tuple(findings[:30])
    due = tuple(DUE for _each in range(30))
    say(status._cases({f"WJB22-{n:04}": "甲精密" for n in range(30)}, tuple(findings)))
    say(status._waiting(400, 12))
    say(status._lacking(blocking))
    say(status._deadlines(due, date(2022, 4, 1)))
    shown = ESCAPE.sub("", stream.getvalue()).splitlines()
    assert len(shown) < lines - 1, "the title above and the prompt below stand there, too"
    assert shown[2].split()[0] == "WJB22-0029"
    assert sum("……另有" in line for line in shown) == 3


def case_finding(number: int, kind: Kind) -> Finding:
    return Finding(
        rule_id="P01-record",
        clause=Clause(number="附件五(一)1", text="…"),
        level=Level.ERROR,
        kind=kind,
        blocking=True,
        subject=Subject(case=f"WJB22-{number:04}"),
        message="没有现场检查记录。",
    )


DUE = DueItem(
    what="现场复查",
    who="李志远",
    due=date(2022, 4, 8),
    first=date(2022, 4, 5),
    clause="附件五(二)1",
    rule_id="R01",
    case="",
    enterprise="",
    name="甲精密",
    detail="",
    overdue=False,
)
