"""Field values given in a YAML file."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import InputError
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.given_values import read_values

FORMS = Catalogue.load(shipped_templates())


def given(tmp_path: Path, form: str, text: str) -> dict[str, object]:
    """What the file gives that form."""
    path = tmp_path / "内容.yaml"
    path.write_text(text, encoding="utf-8")
    return read_values(path, FORMS.form(form))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("约谈时间: 2022-04-08", "2022年4月8日"),
        ("约谈时间: 2022-04-08 14:30:00", "2022年4月8日14时30分"),
        ("约谈时间: 2022-04-08T06:30:00Z", "2022年4月8日14时30分"),
        ("约谈时间: 4月8日下午", "4月8日下午"),
    ],
)
def test_times_are_printed_as_the_form_prints_them(tmp_path: Path, text: str, printed: str) -> None:
    assert given(tmp_path, "YT", text) == {"约谈时间": printed}


def test_a_row_is_completed_with_empty_columns(tmp_path: Path) -> None:
    (row,) = given(tmp_path, "HZ", "汇总: [{企业: 甲}]")["汇总"]  # type: ignore[misc, attr-defined]
    assert (row["企业"], row["备注"]) == ("甲", "")


@pytest.mark.parametrize(
    ("form", "text", "where"),
    [
        ("YT", "约谈地方: 会议室", "约谈地方"),
        ("YT", "编号: WJB22-0001-YT-009", "编号"),
        ("YT", "联系人电话: 13800000000", "联系人电话"),
        ("YT", "约谈地点:", "约谈地点"),
        ("YT", "约谈地点: [三楼]", "约谈地点"),
        ("HZ", "汇总: 全部", "汇总"),
        ("HZ", "汇总: [{公司: 甲}]", "汇总 · 1 · 公司"),
        ("JC", "检查人员: []", "检查人员"),
        ("WJ", "总体评价: 很满意", "总体评价"),
        ("YT", "- 约谈地点", "内容.yaml"),
        ("YT", "", "内容.yaml"),
    ],
)
def test_a_wrong_field_or_kind_names_file_and_field(tmp_path: Path, form: str, text: str, where: str) -> None:
    with pytest.raises(InputError) as refused:
        given(tmp_path, form, text)
    assert refused.value.where.startswith(str(tmp_path / "内容.yaml"))
    assert refused.value.where.endswith(where)
