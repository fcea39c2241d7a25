"""A YAML document as plain values, to be read in a bounded child.

The loader resolves aliases to shared objects, so that a few lines can stand for thousands of millions of
values: depth, size and what aliases repeat are counted on the parser's events before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.language import _

MAX_DEPTH = 50
"""Lists and mappings within each other; our input files have four."""
MAX_VALUES = 400_000
"""Values of one document, each repetition by an alias counted."""
MAX_TEXT = 200_000
"""Characters of one value."""
_PLAIN = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "timestamp", "seq", "map", "merge")
)
_LARGEST = 2**63
_SHOWN_KEY = 40
"""Characters of a key that are shown."""


class Day(msgspec.Struct, tag=True):
    """A date."""

    day: date


class Moment(msgspec.Struct, tag=True):
    """A date with a time of day, with or without a zone."""

    moment: datetime


class Items(msgspec.Struct, tag=True):
    """A list."""

    items: list[Node]


class Pairs(msgspec.Struct, tag=True):
    """A mapping, in its order."""

    pairs: list[tuple[Node, Node]]


Node = None | bool | int | float | str | Day | Moment | Items | Pairs
"""One value on its way out of the child: a bare date would arrive as text."""


class YamlDocument(msgspec.Struct):
    """One document."""

    root: Node

    @property
    def value(self) -> Any:
        """As Python has it: dict, list, str, int, float, bool, date, datetime, None."""
        return _plain(self.root)


def read_yaml(path: Path) -> YamlDocument:
    """Read a document; to be called in a bounded child.

    Raises:
        InputError: not UTF-8, not YAML, too deep or too much; `where` names line and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            _("文件不是 UTF-8 编码。"), where=str(path), remedy=_("请在编辑器中另存为 UTF-8 编码。")
        ) from error
    try:
        _measure(yaml.parse(text, Loader=yaml.CSafeLoader), path)
        return YamlDocument(root=_node(_loaded(text, path)))
    except yaml.YAMLError as error:
        raise InputError(
            _("YAML 格式有错：{problem}。").format(problem=fault_of(error)),
            where=_place(path, getattr(error, "problem_mark", None)),
            remedy=_("请改正该处（文件名后面是行号和列号）后再试。"),
        ) from error


def _loaded(text: str, path: Path) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_doubled_keys(node, path)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_doubled_keys(root: yaml.Node, path: Path) -> None:
    """YAML 1.2.2, 3.2.1.1: keys are unique; the loader would let the last one win without a word."""
    seen: set[int] = set()
    pending: list[yaml.Node] = [root]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue  # reached again by an alias
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        keys: dict[tuple[str, str], yaml.Node] = {}
        for key, value in node.value:
            pending += (key, value)
            if not isinstance(key, yaml.ScalarNode):
                continue
            first = keys.setdefault((key.tag, key.value), key)
            if first is not key:
                raise InputError(
                    _("“{key}”写了两次，前一次在第 {line} 行。").format(
                        key=key.value[:_SHOWN_KEY], line=first.start_mark.line + 1
                    ),
                    where=_place(path, key.start_mark),
                    remedy=_("请删去其中一处后再试。"),
                )


class _Loader(yaml.CSafeLoader):
    """Plain values only; a value that its own reader refuses (month 13) is refused at its place."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag not in _PLAIN:
            raise _refused_value("not a plain value", node)
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError, AttributeError, TypeError, LookupError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, "unreadable value", node.start_mark
            ) from error


def _refused_value(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _measure(events: Iterable[yaml.Event], path: Path) -> None:
    """Count depth, characters and values; what an alias repeats counts again."""
    total = 0
    open_since: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    for event in events:
        match event:
            case yaml.AliasEvent():
                if event.anchor in (anchor for anchor, _since in open_since):
                    raise _refused(_("内容引用了自己，没有尽头。"), path, event)
                total += sizes.get(event.anchor or "", 1)
            case yaml.ScalarEvent():
                total += 1
                if event.anchor:
                    sizes[event.anchor] = 1
                if len(event.value) > MAX_TEXT:
                    raise _refused(_("一个值超过上限（{most} 字）。").format(most=MAX_TEXT), path, event)
            case yaml.CollectionStartEvent():
                open_since.append((event.anchor, total))
                total += 1
                if len(open_since) > MAX_DEPTH:
                    raise _refused(_("内容嵌套超过 {most} 层。").format(most=MAX_DEPTH), path, event)
            case yaml.CollectionEndEvent():
                anchor, since = open_since.pop()
                if anchor:
                    sizes[anchor] = total - since
        if total > MAX_VALUES:
            raise _refused(_("文件内容超过上限（{most} 个值）。").format(most=MAX_VALUES), path, event)


def _refused(what: str, path: Path, event: yaml.Event) -> InputError:
    return InputError(what, where=_place(path, event.start_mark), remedy=_("请分成几份后再试。"))


def _place(path: Path, mark: Any) -> str:
    return f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)


def _node(value: Any) -> Node:
    match value:
        case dict():
            return Pairs(pairs=[(_node(key), _node(each)) for key, each in value.items()])
        case list():
            return Items(items=[_node(each) for each in value])
        case datetime():
            return Moment(moment=value)
        case date():
            return Day(day=value)
        case int() if not -_LARGEST <= value < _LARGEST:
            return str(value)  # a message carries 64 bits; every digit stays
        case _:
            found: Node = value
            return found


def _plain(node: Node) -> Any:
    match node:
        case Pairs(pairs=pairs):
            return {_plain(key): _plain(each) for key, each in pairs}
        case Items(items=items):
            return [_plain(each) for each in items]
        case Moment(moment=moment):
            return moment
        case Day(day=day):
            return day
        case _:
            return node
