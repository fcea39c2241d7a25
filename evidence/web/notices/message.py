"""The message itself: plain text, the groups of 今天, each line with its day and the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from evidence.web.lines import Line
from evidence.web.listed import url_of
from evidence.web.notices.kinds import KINDS, kind_of
from evidence.web.speech import say
from evidence.web.templatetags.desk import line_words, short_day


def message(
    lines: Sequence[Line], *, person: str, address: str, sender: str, desk: str, at_once: bool, now: datetime
) -> EmailMessage:
    """What a person gets to read, in the language that is being spoken.

    Args:
        desk: its address in a browser; without one the lines lead nowhere.
        at_once: lines that are new, not the morning's digest.
        now: the time it states to be of.
    """
    first = lines[0]
    made = EmailMessage()
    if not at_once:
        made["Subject"] = say("今天有 {count} 件待办").format(count=len(lines))
    elif len(lines) == 1:
        made["Subject"] = f"{say(KINDS[kind_of(first)])}：{words_of(first)}"
    else:
        made["Subject"] = say("新的待办 {count} 件").format(count=len(lines))
    made["From"], made["To"] = sender, address
    made["Date"] = format_datetime(now)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n".join(_text(lines, person=person, desk=desk.rstrip("/"))), charset="utf-8")
    return made


def words_of(line: Line) -> str:
    """Enterprise and deed, in one line whatever the name of a file holds."""
    return " ".join(f"{line.name} {line_words(line)}".split())


def _text(lines: Sequence[Line], *, person: str, desk: str) -> list[str]:
    told = [say("{person}，您好。").format(person=person), ""]
    for kind, words in KINDS.items():
        own = [line for line in lines if kind_of(line) == kind]
        if not own:
            continue
        told.append(f"{say(words)}（{len(own)}）")
        for line in own:
            day = f"　{short_day(line.due)}" if line.due else ""
            late = f"　{say('已过期')}" if line.overdue else ""
            told.append(f"· {words_of(line)}{day}{late}")
            if desk:
                told.append(f"  {desk}{url_of(line)}")
        told.append("")
    if desk:
        told += [f"{say('今天')}：{desk}/", ""]
    told.append(say("收哪些通知，在工作台的“我的账号”里改。"))
    return told
