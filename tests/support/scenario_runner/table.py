"""Reads the scenario files: one clause each, every value text as written, every mistake by its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evidence.domain.week import SHANGHAI
from evidence.rules.traceability import obligations

FOLDER = Path(__file__).parents[2] / "contract_scenarios"
CLASSES = ("满足", "违反", "临界", "待认定")
"""Met, broken, at a boundary, undecidable."""
JUDGED_AT = time(20)
ENTERED_AT = time(18)

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?(?: (\S.*))?")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing entered on a day."""

    at: datetime
    act: str
    content: Any


@dataclass(frozen=True, slots=True)
class Judgement:
    """A moment of judgement and what must be found then: rule -> expectations."""

    at: datetime
    expected: dict[str, Any]
    exit_code: int | None = None
    listed: dict[str, Any] = field(default_factory=dict)
    """Rule -> what the work list (`due`) must say: `无`, or a last day in time."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One scenario."""

    file: str
    clause: str
    rows: tuple[str, ...]
    words: str
    name: str
    sort: str
    start: str
    settings: dict[str, Any]
    steps: tuple[Step, ...]
    judgements: tuple[Judgement, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules whose findings it expects."""
        return tuple(dict.fromkeys(rule for one in self.judgements for rule in one.expected))


class BadScenarioError(Exception):
    """The file is not written as README.md says; names the file and the scenario."""


class _AsWritten(yaml.SafeLoader):
    """Every scalar as the text that stands there: no booleans, no numbers, no dates; no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _value in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"重复：{twice}", node.start_mark)
        return super().construct_mapping(node, deep)


_AsWritten.yaml_implicit_resolvers = {}


def read_yaml(path: Path) -> Any:
    """A file of the folder, every scalar as text."""
    return yaml.load(path.read_text(encoding="utf-8"), _AsWritten)  # noqa: S506 (a SafeLoader)


def scenario_files() -> tuple[Path, ...]:
    """The files of the table; 惯例.yaml is what they rest on and holds no scenario."""
    return tuple(sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "惯例"))


@cache
def situations() -> tuple[Situation, ...]:
    """All scenarios in order of file and place."""
    return tuple(one for path in scenario_files() for one in _read(path))


@cache
def excused() -> dict[str, set[str]]:
    """Obligation -> classes of which its files say that there can be none, and why."""
    found: dict[str, set[str]] = {}
    for path in scenario_files():
        document = read_yaml(path)
        for sort, why in (document.get("没有的类") or {}).items():
            if sort not in CLASSES or len(why) < 4:
                raise BadScenarioError(f"{path.name}：没有的类应是 {CLASSES} 之一并写明为什么")
            for row in document["义务"]:
                found.setdefault(row, set()).add(sort)
    return found


def moment(text: str, default: time) -> datetime:
    """`2022-03-14` or `2022-03-14 09:30` as an aware instant of Shanghai."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or found[3]:
        raise BadScenarioError(f"{text!r} 应写成 2022-03-14 或 2022-03-14 09:30")
    clock = time.fromisoformat(found[2]) if found[2] else default
    return datetime.combine(date.fromisoformat(found[1]), clock, SHANGHAI)


def _read(path: Path) -> list[Situation]:
    document = read_yaml(path)
    unknown = set(document) - {"条款", "义务", "原文", "说明", "没有的类", "情形"}
    if unknown:
        raise BadScenarioError(f"{path.name}：不认识 {unknown}")
    quoted = {one["id"]: one["obligation"] for one in obligations()}
    rows = tuple(document["义务"])
    if strange := [row for row in rows if row not in quoted]:
        raise BadScenarioError(f"{path.name}：义务表没有 {strange}")
    if not any(document["原文"] in quoted[row] for row in rows):
        raise BadScenarioError(f"{path.name}：“{document['原文']}”不是义务表的原文")
    found = []
    for number, one in enumerate(document["情形"], 1):
        place = f"{path.name} 第 {number} 个情形"
        try:
            found.append(_situation(path, document, rows, one))
        except (BadScenarioError, KeyError, TypeError, ValueError) as error:
            raise BadScenarioError(f"{place}：{error!r}") from error
    names = [one.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadScenarioError(f"{path.name}：名称重复 {twice}")
    return found


def _situation(path: Path, document: dict[str, Any], rows: tuple[str, ...], one: dict[str, Any]) -> Situation:
    unknown = set(one) - {"名称", "归类", "起点", "设置", "经过", "核对", "应当", "清单", "退出码", "缘由"}
    if unknown:
        raise BadScenarioError(f"不认识 {unknown}")
    if one["归类"] not in CLASSES:
        raise BadScenarioError(f"归类应是 {CLASSES} 之一，写的是 {one['归类']}")
    steps = tuple(_step(item) for item in one.get("经过") or ())
    if [step.at for step in steps] != sorted(step.at for step in steps):
        raise BadScenarioError("经过须按录入的先后排列")
    return Situation(
        file=path.stem,
        clause=document["条款"],
        rows=rows,
        words=document["原文"],
        name=one["名称"],
        sort=one["归类"],
        start=one.get("起点", "常态"),
        settings=one.get("设置") or {},
        steps=steps,
        judgements=_judgements(one, steps),
    )


def _step(item: dict[str, Any]) -> Step:
    ((head, content),) = item.items()
    found = _MOMENT.fullmatch(head)
    if found is None or not found[3]:
        raise BadScenarioError(f"{head!r} 应写成“2022-03-14 检查”，可带时刻“2022-03-14 21:00 检查”")
    day = f"{found[1]} {found[2]}" if found[2] else found[1]
    return Step(at=moment(day, ENTERED_AT), act=found[3], content=content)


def _judgements(one: dict[str, Any], steps: tuple[Step, ...]) -> tuple[Judgement, ...]:
    asked = one.get("核对")
    if asked is None:
        if not any("应拒绝" in (step.content if isinstance(step.content, dict) else ()) for step in steps):
            raise BadScenarioError("既不核对，也没有应被拒绝的一步")
        return ()
    if isinstance(asked, str):
        asked = [{"于": asked, **{word: one[word] for word in ("应当", "清单", "退出码") if word in one}}]
    return tuple(
        Judgement(
            at=moment(each["于"], JUDGED_AT),
            expected=each.get("应当") or {},
            exit_code=int(each["退出码"]) if "退出码" in each else None,
            listed=each.get("清单") or {},
        )
        for each in asked
    )
