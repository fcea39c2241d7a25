"""A second, empty case of the forms' world, and files of visits that are entered into it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId
from evidence.errors import InputError
from evidence.forms.visit_entry import Recorded, record_visit_file
from evidence.ledger.events import CaseOpened
from tests.support.forms_fixture import CODE, FormsWorld, forms_fixture

OTHER = CaseId("WJB22-0002")
CHECK = """
类型: 检查
到达时间: 2022-03-15 09:00
离开时间: 2022-03-15 11:30
检查人员: [李建国, P02]
监管人员: 王强
出示工作证: 是
陪同人员: 赵敏
主要负责人到场: 是
记录仪: DSJ-1、DSJ-2
检查场所: 一车间
情况: 现场检查。
检查项目:
- {序号: 1, 结果: 合格}
- {序号: 2, 结果: 不适用, 说明: 无此工艺}
隐患:
- {部位: 一车间, 描述: 无防护罩, 检查项: 3, 整改期限: 2022-03-30, 整改建议: 加装, 已交底: 是, 照片: 现场.jpg}
- {部位: 二车间, 描述: 通道堵塞, 立即整改: 是, 已交底: 是}
"""
REPORT = """
类型: 整改报告
收到日期: 2022-03-28
整改答复:
- {隐患: H01, 整改措施: 加装, 责任人: 孙磊, 资金: 3200}
"""
RECHECK = """
类型: 复查
到达时间: 2022-03-31 09:00
离开时间: 2022-03-31 10:00
检查人员: P01
复查结果:
- {隐患: H01, 结果: 已整改}
- {隐患: H02, 结果: 已整改}
"""


def visits_fixture(tmp_path: Path) -> FormsWorld:
    """A world with a second, empty case, and a photograph beside the input files."""
    made = forms_fixture(tmp_path / "ws")
    case = Case(id=OTHER, enterprise=CODE, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 15))
    made.ledger.append("test", CaseOpened(case=case))
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(buffer, "JPEG")
    (tmp_path / "现场.jpg").write_bytes(buffer.getvalue())
    return made


def enter(world: FormsWorld, text: str, **more: object) -> Recorded:
    """Record one YAML text for the second case."""
    path = world.root.parent / "登记.yaml"
    path.write_text(text, encoding="utf-8")
    case = world.ledger.view.case(OTHER)
    assert case is not None
    return record_visit_file(
        path,
        case=case,
        ledger=world.ledger,
        originals=world.originals,
        actor="test",
        **more,  # type: ignore[arg-type]
    )


def refused(world: FormsWorld, text: str) -> str:
    """The message of a refused file; nothing may have changed."""
    before = world.ledger.head, sorted(world.originals.digests())
    with pytest.raises(InputError) as caught:
        enter(world, text)
    assert (world.ledger.head, sorted(world.originals.digests())) == before
    return caught.value.what
