"""Changed registers and visits as people write them, in Excel and YAML: read, or refused at their place.

A refusal leaves the journal as it was.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.fuzz_changes import changed
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId
from evidence.errors import EvidenceError, ExitCode
from evidence.forms.parties import import_parties
from evidence.forms.visit_entry import record_visit_file
from evidence.ledger.events import CaseOpened
from tests.outside.workbooks.maker import Cells, sheet_xml, workbook
from tests.support.forms_fixture import CODE, NOW, FormsWorld, forms_fixture

LIMIT_S = 120.0
_EMPTY_CASE = CaseId("WJB22-0099")
_VISIT = """\
类型: 检查
到达时间: 2022-03-15 09:00
离开时间: 2022-03-15 11:30
检查人员: [P01, P02]
出示工作证: 是
陪同人员: 赵敏
主要负责人到场: 是
记录仪: DSJ-1、DSJ-2
情况: 现场检查。
检查项目:
- {序号: 1, 结果: 合格}
- {序号: 2, 结果: 不适用, 说明: 无此工艺}
隐患:
- {部位: 一车间, 描述: 无防护罩, 检查项: 3, 整改期限: 2022-03-30, 整改建议: 加装, 已交底: 是}
"""
_PARTIES = """\
企业:
- {企业名称: 常州甲某机械有限公司, 统一社会信用代码: 91320412MA2XDEM01F, 企业类别: 规模以下一般工贸, 人数: 35}
人员:
- {编号: P01, 姓名: 张安, 角色: 项目组成员, 工作证起: 2022-01-01}
记录仪:
- {设备号: DSJ-1, 持有人: 张安, 启用日期: 2022-01-01}
专项:
- {编号: ZX1, 主题: 粉尘, 类型: 专项, 下达日期: 2022-03-14, 对象: 全部}
"""
_DATES = '<styleSheet xmlns="http://x"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'


@cache
def samples() -> Mapping[str, bytes]:
    """By name; the beginning says what it is."""
    cells: Cells = {
        "A1": "编号", "B1": "姓名", "C1": "角色", "D1": "工作证起",
        "A2": "P01", "B2": "张安", "C2": "项目组成员", "D2": 44652,
    }  # fmt: skip
    merged = '<mergeCells><mergeCell ref="C2:C3"/></mergeCells>'
    people = sheet_xml(cells, after=merged).replace('<c r="D2">', '<c r="D2" s="1">')
    firms = sheet_xml({"A1": "企业名称", "B1": "企业类别", "A2": "常州乙某公司", "B2": "规模以下一般工贸"})
    head = [line.split(": ", 1) for line in _VISIT.splitlines()[:9]]
    questions = {f"A{row}": name for row, (name, _value) in enumerate(head, 2)}
    answers = {f"B{row}": value.strip("[]") for row, (_name, value) in enumerate(head, 2)}
    items = sheet_xml({"A1": "序号", "B1": "结果", "A2": 1, "B2": "合格", "A3": 2, "B3": "合格"})
    visit = sheet_xml({"A1": "项目", "B1": "内容", **questions, **answers})
    return {
        "名册.yaml": _PARTIES.encode(),
        "名册.xlsx": workbook([("人员", people), ("企业", firms)], styles=_DATES),
        "登记.yaml": _VISIT.encode(),
        "登记.xlsx": workbook([("基本情况", visit), ("检查项目", items)], styles=_DATES),
    }


def make(seed: int) -> tuple[str, bytes]:
    """Name and bytes of one case."""
    dice = random.Random(seed)
    name = dice.choice(list(samples()))
    return name, changed(name.rpartition(".")[2], samples()[name], dice)


def faults(folder: Path, seeds: Sequence[int]) -> dict[int, str]:
    """The cases that went wrong, with what is wrong."""
    world = forms_fixture(folder / "workspace")
    case = Case(id=_EMPTY_CASE, enterprise=CODE, kind=CaseKind.ANNUAL, opened_on=NOW.date())
    world.ledger.append("test", CaseOpened(case=case))
    return {seed: fault for seed in seeds if (fault := _fault(world, folder, seed))}


def _fault(world: FormsWorld, folder: Path, seed: int) -> str:
    name, content = make(seed)
    path = folder / name
    path.write_bytes(content)
    head, begin = world.ledger.head, time.monotonic()
    try:
        if name.startswith("名册"):
            import_parties(path)
        else:
            case = world.ledger.view.case(_EMPTY_CASE)
            assert case is not None, "it was opened"
            record_visit_file(path, case=case, ledger=world.ledger, originals=world.originals, actor="test")
    except EvidenceError as error:
        if error.exit_code is not ExitCode.USAGE or not error.where:
            return f"exit {int(error.exit_code)} at {error.where!r}: {error.what}"
        if world.ledger.head != head:
            return "refused, and journalled all the same"
    spent = time.monotonic() - begin
    return f"{spent:.0f} s" if spent > LIMIT_S else ""
