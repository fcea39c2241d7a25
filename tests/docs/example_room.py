"""The demonstration's workspace with every file and folder that the examples of the commands name."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
from PIL import Image, ImageDraw

from evidence.config import open_workspace
from evidence.domain.identifiers import ArrivalId
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, UnlinkedPage
from tests.docs.hands import fill_roster, fill_visit

CAMPAIGN = {"编号": "ZX2022-01", "主题": "涉爆粉尘", "类型": "专项", "下达日期": "2022-03-01"}
WAITING = ArrivalId("A-20220401-0007")
CAME = datetime(2022, 4, 1, 8, tzinfo=UTC)
PAPERS = ("承诺书.pdf", "同意书.pdf", "意见.pdf", "批准.pdf", "回执-已签.pdf")
LISTS = {
    "检查登记.yaml": (
        "类型: 检查\n到达时间: 2022-03-15 09:00\n离开时间: 2022-03-15 09:40\n"
        "检查人员: 赵启明\n出示工作证: 是\n"
        "陪同人员: 顾明芳\n记录仪: '0012345'\n检查场所: 一车间\n情况: 设备运行正常\n未发现隐患: 是\n"
        "检查项目:\n" + "".join(f"- {{序号: {n}, 结果: 合格}}\n" for n in range(1, 26))
    ),
    "台账.yaml": "- {register: training, key: 2022-03/P01, on: 2022-03-01, person: P01}\n",
    "约谈.yaml": "约谈地点: 三楼会议室\n约谈时间: 2022-04-08 14:30:00\n",
    "明天.txt": "WJB22-0001 现场复查记录 blank\nWJB22-0002 督促指导工作记录 blank\n",
}
"""What a person has written before; name -> text."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where the examples are run, and what stands there for words that only a reader knows."""

    workspace: Path
    stands_for: dict[str, str]


def furnish(demo: Path, room: Path, other_disk: Path) -> Room:
    """A copy of the demonstration with whatever the examples name.

    Args:
        demo: its workspace.
        room: an empty folder.
        other_disk: a folder on another disk, for backups.
    """
    workspace = Path(shutil.copytree(demo, room / "workspace", symlinks=True))
    for name, text in LISTS.items():
        (workspace / name).write_text(text, encoding="utf-8")
    here = Path.cwd()
    os.chdir(workspace)
    try:
        _papers()
    finally:
        os.chdir(here)
    for folder in ("media/usb/扫描件", "mnt/nas/执法记录仪/2022-03-14", "mnt/nas/recorders/2022-03-14"):
        (room / folder).mkdir(parents=True)
    (room / "media" / "backup").symlink_to(other_disk)
    (other_disk / "承安证据").mkdir()
    film = _arrivals(workspace)
    first_package = {" --previous WJB-2022-W12.zip": ""}
    return Room(
        workspace,
        {**first_package, "3f5a09c21b7e": film[:12], "/media/": f"{room}/media/", "/mnt/": f"{room}/mnt/"},
    )


def _papers() -> None:
    """Workbooks as people fill them in, and papers as a scanner brings them; where it is called."""
    from evidence.cli.main import main

    for command in (["import", "--template", "名册.xlsx"], ["visit", "template", "登记表.xlsx"]):
        with suppress(SystemExit):
            main(command)
    fill_roster()
    fill_visit()
    _campaign()
    for name in PAPERS:
        _page(name).save(name, "PDF", resolution=150)
    package = next(Path("archive/handover").glob("*.zip"))
    shutil.copy(package, ".")
    shutil.copy("keys/ca.pem", "机构根证书.pem")
    shutil.copy("archive/issued/WJB22-0001/WJB22-0001-JC-001.pdf", "扫描.pdf")
    shutil.unpack_archive(package, "看包")
    shutil.copy(next(Path("看包").rglob("checkpoint-2022-W13.txt")), ".")


def _campaign() -> None:
    opened = openpyxl.load_workbook("名册.xlsx")
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in opened["专项"][1] if cell.value}
    for head, value in CAMPAIGN.items():
        opened["专项"].cell(row=2, column=heads[head], value=value)
    for column, value in enumerate(("P07", "何平", "项目组成员"), start=1):
        opened["人员"].cell(row=3, column=column, value=value)
    opened.save("名册.xlsx")


def _page(text: str) -> Image.Image:
    image = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(image).rectangle((200, 300, 1000, 304), fill="black")
    ImageDraw.Draw(image).text((200, 250), text.encode("unicode_escape").decode("ascii"), fill="black")
    return image


def _arrivals(workspace: Path) -> str:
    """A stack of three pages that waits for a person; returns the digest of a film."""
    opened = open_workspace(workspace, clock=lambda: CAME)
    stack = workspace / "三页.pdf"
    first, *others = (_page(f"page {n}") for n in (1, 2, 3))
    first.save(stack, "PDF", resolution=150, save_all=True, append_images=others)
    digest = opened.originals.put_bytes(stack.read_bytes())
    opened.ledger.append(
        "test",
        ArrivalTaken(
            arrival=WAITING, path=stack.name, sha256=digest, bytes=stack.stat().st_size,
            received_at=CAME, media_type="application/pdf",
        ),
        ArrivalJudged(
            arrival=WAITING, outcome="unidentified", message="没有读到二维码，请看图归入。",
            unlinked=tuple(UnlinkedPage(index=n, reason="no_code") for n in range(3)),
        ),
        at=CAME,
    )  # fmt: skip
    return opened.ledger.view.recordings()[0].sha256
