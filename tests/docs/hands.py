"""What a reader does by hand between the commands of a page: fills in workbooks, signs and scans paper.

A page says where: `<!-- by hand: roster -->`. `python -m tests.docs.hands roster` does it where it is run.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

from evidence.config import open_workspace
from evidence.demo.footage import clip_of, station_list
from evidence.demo.paperwork import scan_all, sheets
from evidence.demo.scan_files import write_pdf
from evidence.domain.week import SHANGHAI

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


def fill_roster() -> None:
    """One row in each sheet that the first steps need."""
    opened = openpyxl.load_workbook("名册.xlsx")
    for sheet, row in ROSTER.items():
        heads = {str(cell.value).rstrip(" *"): cell.column for cell in opened[sheet][1] if cell.value}
        for head, value in row.items():
            opened[sheet].cell(row=2, column=heads[head], value=value)
    opened.save("名册.xlsx")


def fill_visit() -> None:
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
    opened = openpyxl.load_workbook("登记表.xlsx")
    for row in opened["基本情况"].iter_rows(min_row=2):
        row[1].value = facts.get(str(row[0].value).rstrip(" *"))
    for row in opened["检查项目"].iter_rows(min_row=2):
        if row[0].value:
            row[2].value = "合格"
    opened.save("登记表.xlsx")


def sign_and_scan() -> None:
    """Every form of this workspace printed, signed, sealed and scanned into the inbox, but one signature."""
    _scan(forgotten=("escort",), into="inbox/检查记录.pdf")


def sign_again() -> None:
    """The same paper with the signature that was forgotten."""
    _scan(forgotten=(), into="inbox/检查记录-补签.pdf")


def _scan(*, forgotten: tuple[str, ...], into: str) -> None:
    workspace = open_workspace(Path())
    names = {"expert-1": "赵启明", "expert": "赵启明", "escort": "顾明芳", "principal": "沈国梁"}
    [case] = workspace.ledger.view.cases()
    paper = [
        sheet
        for document in workspace.ledger.view.documents(case.id)
        for sheet in sheets(
            document.form.number,
            workspace.issued.pdf_path(document.form.number),
            workspace.issued.geometry(document.form.number),
            company="常州甲精密机械有限公司",
            names=names,
            day=f"{datetime.now(SHANGHAI):%Y %-m %-d}",
            forgotten=forgotten,
        )
    ]
    write_pdf(scan_all(paper), Path(into))


def empty_recorder() -> None:
    """The recorder's film of the visit, as its docking station stores it, copied into the inbox."""
    workspace = open_workspace(Path())
    [case] = workspace.ledger.view.cases()
    [visit] = workspace.ledger.view.visits(case.id)
    station_list([clip_of(visit, "0012345", Path("inbox"))], Path("inbox/采集站导出.csv"))


def receive() -> None:
    """The package and the agency's root certificate, as a regulator has them: alone in a folder."""
    shutil.copy(next(Path("archive/handover").glob("*.zip")), ".")
    shutil.copy("keys/ca.pem", "机构根证书.pem")


HANDS: dict[str, Callable[[], None]] = {
    "roster": fill_roster,
    "visit": fill_visit,
    "sign-and-scan": sign_and_scan,
    "sign-again": sign_again,
    "footage": empty_recorder,
    "received": receive,
}

if __name__ == "__main__":
    HANDS[sys.argv[1]]()
