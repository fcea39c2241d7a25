"""The items of a full inspection: `checklist.yaml` of the contract's folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from evidence.domain.case import ItemVerdict, Visit
from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.forms.tables import load_yaml
from evidence.language import _


class _Point(msgspec.Struct):
    text: str


class _Item(msgspec.Struct):
    num: int
    title: str
    subitems: list[_Point]


class _Category(msgspec.Struct):
    marker: str
    title: str
    items: list[_Item]


class _Checklist(msgspec.Struct):
    """The file's shape."""

    categories: list[_Category]


@lru_cache(maxsize=4)
def _read(path: Path) -> list[_Category]:
    try:
        return msgspec.convert(load_yaml(path), _Checklist).categories
    except msgspec.ValidationError as error:
        raise InputError(
            _("检查项目表无法读取：{error}。").format(error=fault_of(error)),
            where=str(path),
            remedy=_("请对照程序自带的合同文件夹中的 checklist.yaml 改正。"),
        ) from error


def item_titles(folder: Path) -> dict[int, str]:
    """Number and title of every item; empty where the workspace keeps no checklist.

    Raises:
        InputError: checklist.yaml has another shape.
    """
    path = folder / "checklist.yaml"
    if not path.is_file():
        return {}
    return {item.num: item.title for category in _read(path) for item in category.items}


def checklist_folder(template: Path, contract: Path) -> Path:
    """Where the checklist lies: workspaces of before keep it beside the template."""
    return template if (template / "checklist.yaml").is_file() else contract


def checklist_rows(folder: Path, visit: Visit | None) -> list[dict[str, Any]]:
    """Categories with `名称` and `项目`, one entry an item.

    Raises:
        InputError: checklist.yaml is missing or has another shape.
    """
    results = {result.item: result for result in visit.items} if visit else {}
    categories = []
    for category in _read(folder / "checklist.yaml"):
        rows = []
        for item in category.items:
            result = results.get(item.num)
            verdict = result.verdict if result else None
            points = [point.text for point in item.subitems]
            text = (
                points[0]
                if len(points) == 1
                else "\n".join(f"{n}. {point}" for n, point in enumerate(points, 1))
            )
            rows.append(
                {
                    "序号": str(item.num),
                    "名称": item.title,
                    "内容": text,
                    "合格": "√" if verdict is ItemVerdict.CONFORMING else "",
                    "不合格": "√" if verdict is ItemVerdict.NONCONFORMING else "",
                    "不适用": "√" if verdict is ItemVerdict.NOT_APPLICABLE else "",
                    "说明": result.remark if result else "",
                }
            )
        categories.append({"名称": f"{category.marker}、{category.title}", "项目": rows})
    return categories
