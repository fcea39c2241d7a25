"""What the operating system and the parsers say in English, in the reader's language.

Only what people meet in practice has words of its own; the rest becomes one general phrase, and
the caller's place and remedy say where to look.
"""

from __future__ import annotations

import errno
import json
import re
import tomllib

import msgspec

from evidence.language import _

_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_WRONG_KIND = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_PATH = re.compile(r" - at `(?:key in )?\$?\.?([^`]*)`$")
_NAMED = re.compile(r"(?:missing required field|contains unknown field) `([^`]+)`")
_LIMIT = re.compile(r"Expected `[^`]+` (of length )?([<>]=?|matching regex) (.+)$")


def reason_of(error: OSError) -> str:
    """Why the system refused, as a clause without a full stop."""
    known = {
        errno.ENOENT: _("文件或目录不存在"),
        errno.EACCES: _("没有权限"),
        errno.EPERM: _("没有权限"),
        errno.EROFS: _("所在的磁盘是只读的"),
        errno.ENOSPC: _("磁盘已满"),
        errno.EDQUOT: _("磁盘配额已用完"),
        errno.EISDIR: _("这是目录，不是文件"),
        errno.ENOTDIR: _("路径中有一段不是目录"),
        errno.EEXIST: _("已经存在"),
        errno.ENOTEMPTY: _("目录不是空的"),
        errno.ENAMETOOLONG: _("文件名太长"),
        errno.EMFILE: _("同时打开的文件太多"),
        errno.EIO: _("磁盘或网络盘读写出错"),
        errno.EBUSY: _("正被占用"),
        errno.EFBIG: _("超过允许的文件大小"),
        errno.EADDRINUSE: _("已被别的程序占用"),
        errno.EADDRNOTAVAIL: _("本机没有这个地址"),
        errno.ECONNREFUSED: _("对方拒绝连接"),
        errno.ETIMEDOUT: _("等待超时"),
    }
    return known.get(error.errno or 0) or error.strerror or str(error)


def fault_of(error: Exception) -> str:
    """What is wrong with a file somebody wrote, as a clause without a full stop."""
    match error:
        case OSError():
            return reason_of(error)
        case UnicodeError():
            return _("不是 UTF-8 文本")
        case json.JSONDecodeError():
            words = _("第 {line} 行第 {column} 列的写法不对")
            return words.format(line=error.lineno, column=error.colno)
        case tomllib.TOMLDecodeError():
            return _toml(str(error))
        case msgspec.ValidationError():
            return _table(str(error))
        case msgspec.MsgspecError():
            return _("内容不完整或不是 JSON")
        case KeyError():
            return _("缺少“{name}”").format(name=error.args[0])
        case _:
            return _yaml(getattr(error, "problem", None) or str(error))


def _toml(text: str) -> str:
    place = _TOML_PLACE.search(text)
    if place is None:
        return _("末尾的写法不对")
    words = _("第 {line} 行第 {column} 列的写法不对")
    if "overwrite" in text or "twice" in text:
        words = _("第 {line} 行第 {column} 列的名称前面已经写过")
    return words.format(line=place[1], column=place[2])


def _yaml(problem: str) -> str:
    """What libyaml's short problem text means for somebody who writes lists in an editor."""
    known = (
        ("cannot start any token", _("缩进不能用制表符，文字中的特殊符号要加引号")),
        ("mapping values are not allowed", _("冒号用错了地方：缩进不齐，或文字里的冒号没有加引号")),
        ("could not find expected ':'", _("少了冒号，或冒号后面没有空格")),
        ("did not find expected key", _("缩进不齐，或引号没有成对")),
        ("did not find expected '-'", _("缩进不齐：列表的每一行都要以“- ”开头")),
        ("block sequence entries are not allowed", _("“- ”要另起一行")),
        ("found unexpected end of stream", _("引号没有成对")),
        ("did not find expected ',' or", _("括号没有成对")),
        ("did not find expected node content", _("括号没有成对")),
        ("undefined alias", _("星号开头的文字要加引号")),
        ("unreadable value", _("日期不存在，或数字过长")),
        ("not a plain value", _("感叹号开头的标记不能用，文字要加引号")),
        ("control characters are not allowed", _("含有看不见的控制字符")),
    )
    return next((words for sign, words in known if sign in problem), _("写法不对"))


def _table(text: str) -> str:
    path = _PATH.search(text)
    entry, text = (path[1], text[: path.start()]) if path else ("", text)
    return f"{entry}：{_expectation(text)}" if entry else _expectation(text)


def _expectation(text: str) -> str:
    kinds = {
        "int": _("整数"),
        "float": _("数字"),
        "str": _("文字"),
        "bool": _("true 或 false"),
        "array": _("一列"),
        "object": _("一组“名称 = 值”"),
        "date": _("日期（写成 2022-04-01）"),
        "datetime": _("时间（带时区）"),
        "null": _("空"),
    }

    def said(names: str) -> str:
        return "、".join(kinds.get(name.strip(), name.strip()) for name in names.split("|"))

    if wrong := _WRONG_KIND.search(text):
        return _("应为{expected}，写的是{given}").format(expected=said(wrong[1]), given=said(wrong[2]))
    if named := _NAMED.search(text):
        words = _("缺少“{name}”") if "missing" in text else _("没有“{name}”这一项")
        return words.format(name=named[1])
    if text.startswith("Unknown key"):
        return _("没有这一项设置")
    if limit := _LIMIT.search(text):
        return _("不在允许的范围内（{limit}）").format(limit=f"{limit[2]} {limit[3]}".replace("`", ""))
    if text.startswith("Invalid enum value"):
        return _("不能写 {value}").format(value=text.removeprefix("Invalid enum value "))
    if text.startswith("Invalid RFC3339"):
        return _("日期或时间的写法不对")
    return text
