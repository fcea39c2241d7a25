"""How the desk writes dates, states and sizes; `{% t "…" %}` says a phrase in the reader's language."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evidence.domain.identifiers import expand
from evidence.domain.week import SHANGHAI, weekday_name
from evidence.language import chosen_language
from evidence.rules.clause import Finding
from evidence.web import host as hosts
from evidence.web import wording
from evidence.web.acts import people_words
from evidence.web.films_held import holds_film
from evidence.web.lines import Line
from evidence.web.matrix import SIGNS, WORDS, state_of
from evidence.web.speech import say

register = template.Library()

OUTCOME_SIGNS = {
    "linked": ("●", "present", "已归入"),
    "unidentified": ("◐", "undecided", "待认定"),
    "quarantined": ("✕", "missing", "已隔离"),
    "duplicate": ("＝", "open", "重复"),
    "waiting": ("○", "open", "等待写完"),
    "taken": ("○", "open", "处理中"),
}


def t(message: str, **values: Any) -> str:
    """A phrase, with `{name}` filled in."""
    text = say(message)
    return text.format(**values) if values else text


def sentences(content: str, **values: Any) -> str:
    """A phrase too long for one line of a template: its lines joined as Chinese is, then as `t` says it."""
    return t("".join(line.strip() for line in content.splitlines()), **values)


def once() -> SafeString:
    """The hidden key by which a form that is sent twice acts once, and the state its page was made from."""
    return format_html(
        '<input type="hidden" name="once" value="{}"><input type="hidden" name="seen" value="{}">',
        secrets.token_urlsafe(16),
        hosts.current().workspace.ledger.head.size,
    )


def day(value: date | datetime | None) -> str:
    """`2022-03-31 周四` in Shanghai, the weekday in the reader's language."""
    if value is None:
        return "—"
    return _shown(value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value)


def _shown(value: date) -> str:
    return f"{value.isoformat()} {say(weekday_name(value))}"


def short_day(value: date) -> str:
    """`04-01 周五`, for lists where the year is plain."""
    return f"{value:%m-%d} {say(weekday_name(value))}"


def deed_address(key: str, mine: bool) -> str:
    """Where a line's deed is done: in the side panel, or on a page of its own."""
    return f"{reverse('deed', args=[key])}{'?mine=1' if mine else ''}"


def write_address(line: Line, then: str) -> str:
    """The form in which a line's record is entered; it leads on to what stands below the line."""
    asked = {"line": line.key, "then": then, "paper": line.document}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('write', args=[line.case, line.entry])}?{query}"


def line_words(line: Line) -> str:
    """What a line of the worklist asks for, in the reader's language."""
    told = say(line.phrase)
    if told == line.phrase and chosen_language() != "zh":
        # A deed that no table words asks for what its rule asks for.
        told = wording.rule_title(line.deed.id, hosts.current().workspace.settings.parameters) or told
    return told.format(**{name: say(value) for name, value in line.terms}) if line.terms else told


def said(text: str) -> str:
    """A phrase or a sentence of ours in the reader's language."""
    return wording.sentence_words(say(text))


def each_said(who: str) -> str:
    """Names stay names; 资料员、企业 are said in the reader's language."""
    return say("、").join(say(each) for each in who.split("、"))


def moment(value: datetime | None) -> str:
    """`2022-03-31 周四 09:07`, Shanghai."""
    if value is None:
        return "—"
    local = value.astimezone(SHANGHAI)
    return f"{_shown(local.date())} {local:%H:%M}"


def field_moment(value: datetime) -> str:
    """As a browser's field for day and time wants it, Shanghai."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def clock(value: datetime | None) -> str:
    """`09:07`, Shanghai."""
    return "—" if value is None else f"{value.astimezone(SHANGHAI):%H:%M}"


def when(value: datetime | None) -> str:
    """`03-31 17:00`, Shanghai, for lists."""
    return "—" if value is None else f"{value.astimezone(SHANGHAI):%m-%d %H:%M}"


def days_left(value: date, today: date) -> str:
    """`还有 3 天`, `今天`, `已过 2 天`."""
    days = (value - today).days
    if days == 0:
        return say("今天")
    return say("还有 {days} 天").format(days=days) if days > 0 else say("已过 {days} 天").format(days=-days)


def outcome(value: str) -> dict[str, str]:
    """Sign, class and words of an arrival's outcome."""
    sign, css, words = OUTCOME_SIGNS.get(value, ("○", "open", value))
    return {"sign": sign, "css": css, "words": say(words)}


def thousandths(value: int) -> str:
    """A score of 0..1000 as percent."""
    return f"{value / 10:.0f}%"


def size(value: int | None) -> str:
    """Bytes for people."""
    if value is None:
        return "—"
    amount = float(value)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


def finding_state(finding: Finding) -> dict[str, str]:
    """Sign, class and words of a finding."""
    state = state_of(finding)
    return {"sign": SIGNS[state], "css": state.value, "words": say(WORDS[state])}


def finding_words(finding: Finding) -> str:
    """What a finding says."""
    return wording.finding_words(finding, hosts.current().workspace.settings.parameters)


def remedy_words(finding: Finding) -> str:
    """What to do about a finding."""
    return wording.remedy_words(finding, hosts.current().workspace.settings.parameters)


def document_number(finding: Finding) -> str:
    """The form a finding speaks of; empty when it speaks of none."""
    return expand(finding.subject.document) or "" if finding.subject.document else ""


def original_of(context: Mapping[str, Any], finding: Finding, digest: str) -> str:
    """Where a file that a finding rests on goes out; empty where its reader may not have it."""
    about, number = finding.subject, document_number(finding)
    if not context["may"]["WATCH"] and holds_film(hosts.current().workspace.ledger.view, digest):
        return ""
    if about.case:
        return str(reverse("case-original", args=[about.case, digest]))
    return str(reverse("document-original", args=[number, digest])) if number else ""


def unlocal(value: float) -> str:
    """A number for SVG, with a point whatever the reader's language."""
    return f"{value:.1f}"


def minutes(value: int | None) -> str:
    """Milliseconds as `12 分 30 秒`."""
    if value is None:
        return say("时长不明")
    return say("{minutes} 分 {seconds:02d} 秒").format(minutes=value // 60_000, seconds=value // 1000 % 60)


def decision_words(value: str) -> str:
    """What a person decided."""
    return say(_DECISIONS.get(value, value))


def at(values: Sequence[Any], position: int) -> Any:
    """The value at a 0-based position."""
    return values[position] if position < len(values) else ""


def value_of(values: Mapping[str, str], key: str) -> str:
    """The value of a key, else the key."""
    return values.get(key, key)


def person_words(actor: str, names: Mapping[str, str]) -> str:
    """A journalled account as the person people know."""
    return people_words(actor, dict(names))


def is_day(value: object) -> bool:
    """Whether a value is a day, to be written as one."""
    return isinstance(value, date)


def as_text(value: str | Iterable[str]) -> str:
    """Lines as one text."""
    return value if isinstance(value, str) else "\n".join(value)


_DECISIONS = {"link": "归入", "split": "拆分归入", "reject": "退回", "retry": "重新识别", "undo": "撤销"}


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """Address of one of our static files; it changes with the content, so browsers may keep it."""
    path = Path(__file__).parents[1] / "static" / name
    return f"{static(name)}?{sha256(path.read_bytes()).hexdigest()[:8]}"


register.simple_tag(t, name="t")
register.simple_block_tag(sentences, name="sentences")
register.simple_tag(once, name="once")
register.simple_tag(asset, name="asset")
register.simple_tag(original_of, name="original_of", takes_context=True)
_FILTERS: tuple[Callable[..., Any], ...] = (
    day, moment, clock, when, days_left, outcome, thousandths, size, finding_state, unlocal, minutes,
    decision_words, is_day, as_text, document_number, at, value_of, person_words, short_day, line_words,
    each_said, finding_words, remedy_words, wording.as_recorded, wording.sentence_words, said, deed_address,
    write_address, field_moment,
)  # fmt: skip
for _each in _FILTERS:
    register.filter(_each.__name__, _each)
