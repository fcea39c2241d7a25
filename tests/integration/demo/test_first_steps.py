"""README's first steps, word for word and in order, in an empty folder, today, with an agency's own data."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from evidence.domain.week import SHANGHAI

ROOT = Path(__file__).parents[3]
NAMES = ("README.md", "README.zh-CN.md")
BETWEEN = re.compile(r"<!-- first steps: begin.*?-->(.*?)<!-- first steps: end -->", re.DOTALL)
ROSTER = {
    "企业": {
        "企业名称": "常州甲精密机械有限公司", "简称": "甲精密", "统一社会信用代码": "91320412MA2XDEM01F",
        "地址": "武进区一号", "企业类别": "规模以下一般工贸", "人数": 46, "主要负责人": "沈国梁",
        "主要负责人职务": "总经理", "主要负责人电话": "0519-80000001",
    },
    "人员": {
        "编号": "P01", "姓名": "赵启明", "角色": "项目负责人", "职称": "高级", "专业": "机械安全",
        "有安全资格": "是",
    },
    "记录仪": {"设备号": "0012345", "品牌": "示例", "持有人": "P01"},
}  # fmt: skip
"""What an agency types into each sheet's first row."""


def blocks(name: str) -> list[str]:
    """The console blocks of the first steps."""
    text = BETWEEN.search((ROOT / name).read_text(encoding="utf-8"))
    assert text is not None
    return re.findall(r"```console\n(.*?)```", text[1], re.DOTALL)


def bare(block: str) -> list[str]:
    """Its commands without remarks."""
    return [re.sub(r"\s+# .*$", "", line) for line in block.strip().splitlines()]


def fill_roster(book: Path) -> None:
    """One row in each sheet that the first steps need."""
    opened = openpyxl.load_workbook(book)
    for sheet, row in ROSTER.items():
        heads = {str(cell.value).rstrip(" *"): cell.column for cell in opened[sheet][1] if cell.value}
        for head, value in row.items():
            opened[sheet].cell(row=2, column=heads[head], value=value)
    opened.save(book)


def fill_visit(book: Path) -> None:
    """A check that ended a minute ago, without hazards."""
    now = datetime.now(SHANGHAI)
    facts = {
        "类型": "检查",
        "到达时间": f"{now - timedelta(minutes=3):%Y-%m-%d %H:%M}",
        "离开时间": f"{now - timedelta(minutes=1):%Y-%m-%d %H:%M}",
        "检查人员": "赵启明",
        "出示工作证": "是",
        "陪同人员": "顾明芳",
        "陪同人员职务": "安全员",
        "记录仪": "0012345",
        "检查场所": "一车间",
        "情况": "设备运行正常",
        "未发现隐患": "是",
    }
    opened = openpyxl.load_workbook(book)
    for row in opened["基本情况"].iter_rows(min_row=2):
        row[1].value = facts.get(str(row[0].value).rstrip(" *"))
    for row in opened["检查项目"].iter_rows(min_row=2):
        if row[0].value:
            row[2].value = "合格"
    opened.save(book)


if __name__ == "__main__":
    {"名册.xlsx": fill_roster, "登记表.xlsx": fill_visit}[sys.argv[1]](Path(sys.argv[1]))


def test_both_languages_show_the_same_commands() -> None:
    english, chinese = (list(map(bare, blocks(name))) for name in NAMES)
    assert english == chinese
    assert len(english) == 5


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh_CN.UTF-8")])
def test_the_first_steps_lead_from_an_empty_folder_to_a_verified_package(
    name: str, language: str, tmp_path: Path
) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    make, roster, visit, look, deliver = blocks(name)
    here = f"{sys.executable} {Path(__file__)}"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    script = "\n".join(
        [
            make,
            f"{here} 名册.xlsx",
            roster,
            f"{here} 登记表.xlsx",
            visit,
            look,
            "ls archive/handover",
            deliver,
        ]
    )
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**surroundings, "LANG": language, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    year = datetime.now(SHANGHAI).year
    assert f"WJB{year % 100}-0001" in done.stdout.splitlines()
    workspace = tmp_path / "承安证据"
    assert len(list((workspace / "archive/handover").glob("WJB-*.zip"))) == 1
    assert "TOTAL-PASSED" in done.stdout
    assert list((workspace / "archive/issued").rglob(f"WJB{year % 100}-0001-JC-001.pdf"))
