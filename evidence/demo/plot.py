"""What happens in the demonstration, in order of time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evidence.config import open_workspace
from evidence.demo import visits
from evidence.demo.footage import clip_of, station_list
from evidence.demo.keeping import make_room, remember
from evidence.demo.paperwork import scan_all
from evidence.demo.scan_files import write_jpeg, write_pdf, write_tiff
from evidence.demo.standing import first_plan, this_weeks_plan
from evidence.demo.story import DemoClock, Story
from evidence.domain.arrival_outcome import SHAPES
from evidence.domain.case import Visit
from evidence.domain.document import IssuedPage
from evidence.domain.week import Week, local_instant
from evidence.handover.package import Built, Order, build_package
from evidence.language import _
from evidence.ledger.view import Arrival
from evidence.new_workspace import create_workspace, sample_settings
from evidence.rules.clause import Finding
from evidence.rules.summary import blockers
from evidence.settings import SETTINGS_FILE
from evidence.verify.examine import verify_path
from evidence.verify.model import Report

WEEK = Week(2022, 13)
HANDOVER = local_instant(WEEK.friday, 15)
FORGOTTEN = ("expert-2", "expert-2-date")
"""The signature that is left out at first: the second expert of the heavy-class enterprise."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a person opens next, and what the demonstration saw on its way."""

    workspace: Path
    package: Path
    trust: Path
    built: Built
    report: Report
    arrivals: tuple[Arrival, ...]
    """Everything that came in, in order."""
    lacking: tuple[Finding, ...]
    """What kept the package back before the missing signature came."""


def run_demo(root: Path, *, tell: Tell = lambda _line: None, advance: Tell = lambda _line: None) -> Ending:
    """Build a workspace from the sample data and do the main job.

    Args:
        root: a folder that does not exist yet, or an earlier demonstration: as it was left it is replaced,
            one that somebody changed since is kept beside it under another name.
        tell: receives the story's lines.
        advance: receives the name of each stage as it begins.

    Raises:
        UsageError: the folder is there and is no demonstration.
        MissingPartError: LibreOffice, a font or openssl is missing.
    """
    kept = make_room(root)
    if kept is not None:
        tell(_("◐ 上次的演示工作区已有改动，原样保留在 {path}").format(path=kept))
    clock = DemoClock(local_instant(date(2022, 3, 10), 9))
    advance(_("建立工作区，生成试用密钥"))
    create_workspace(root, sample_settings(), evaluation_keys=True)
    _hurry(root)
    with tempfile.TemporaryDirectory(prefix="evidence-demo-") as folder:
        story = Story(workspace=open_workspace(root, clock=clock), clock=clock, desk=Path(folder))
        arrivals: list[Arrival] = []
        for title, scene in SCENES:
            advance(title)
            came = scene(story)
            arrivals += came
            for arrival in came:
                tell(f"{SHAPES[arrival.outcome]} {arrival.path}：{arrival.message}")
        lacking = blockers(story.judge(WEEK))
        for finding in lacking:
            tell(f"✕ {finding.message}")
        advance(_("4月1日 补签后重新扫描，编制下周计划"))
        came = _supply(story)
        arrivals += came
        for arrival in came:
            tell(f"{SHAPES[arrival.outcome]} {arrival.path}：{arrival.message}")
    advance(_("制作并签名移交包"))
    built = build_package(story.workspace.handover, Order(week=WEEK, at=HANDOVER), actor="demo")
    advance(_("验证"))
    trust = root / "keys" / "ca.pem"
    report = verify_path(built.path, trust=[trust.read_bytes()])
    remember(root)
    return Ending(
        workspace=root,
        package=built.path,
        trust=trust,
        built=built,
        report=report,
        arrivals=tuple(arrivals),
        lacking=lacking,
    )


def _checked(story: Story) -> list[Arrival]:
    """Monday two weeks before: the first check; its paper comes as a TIFF of several pages."""
    story.clock.now = local_instant(date(2022, 3, 14), 9, 40)
    story.record(visits.CLOSED_CHECK)
    (record,) = story.issue((visits.CLOSED, "inspection-record"))
    write_tiff(scan_all(story.sign(record)), story.workspace.inbox / "恒晟精密检查记录.tif")
    _film(story, (visits.CLOSED_CHECK, "0012345"))
    story.clock.now = local_instant(date(2022, 3, 14), 17, 30)
    return list(story.ingest())


def _urged(story: Story) -> list[Arrival]:
    """Day 8: a call; its record lies upside down on the scanner."""
    story.clock.now = local_instant(date(2022, 3, 22), 10, 30)
    story.record(visits.CLOSED_URGING)
    (record,) = story.issue((visits.CLOSED, "urging-record"))
    for index, scan in enumerate(scan_all(story.sign(record, upside_down=True)), 1):
        write_jpeg(scan, story.workspace.inbox / f"督促记录{index}.jpg")
    return list(story.ingest())


def _reported(story: Story) -> list[Arrival]:
    """The plan of the week to come is filed; then the factory's report, photographed with a telephone."""
    story.clock.now = local_instant(date(2022, 3, 25), 15)
    story.file(this_weeks_plan())
    story.clock.now = local_instant(date(2022, 3, 28), 11)
    story.receive(visits.CLOSED_REPORT)
    (report,) = story.issue((visits.CLOSED, "rectification-report"))
    photographs = story.workspace.inbox / "微信图片"
    photographs.mkdir()
    for index, scan in enumerate(scan_all(story.sign(report, profile="phone")), 1):
        write_jpeg(scan, photographs / f"整改报告{index}.jpg")
    return list(story.ingest())


def _this_week(story: Story) -> list[Arrival]:
    """Two checks and a recheck, as planned; three forms in one PDF, one signature forgotten."""
    story.clock.now = local_instant(date(2022, 3, 31), 10, 5)
    story.record(visits.FRESH_CHECK, visits.HEAVY_CHECK, visits.CLOSED_RECHECK)
    recheck, fresh, heavy = story.issue(
        (visits.CLOSED, "recheck-record"),
        (visits.FRESH, "inspection-record"),
        (visits.HEAVY, "inspection-record"),
    )
    stack = [
        *story.sign(recheck),
        *story.sign(fresh),
        *story.sign(heavy, forgotten=FORGOTTEN),
    ]
    write_pdf(scan_all(stack), story.workspace.inbox / "周四扫描.pdf")
    clips = _film(
        story,
        (visits.FRESH_CHECK, "0012346"),
        (visits.HEAVY_CHECK, "0012346"),
        (visits.HEAVY_CHECK, "0012347"),
        (visits.CLOSED_RECHECK, "0012345"),
    )
    station_list(clips, story.workspace.inbox / "采集站导出.csv")
    story.clock.now = local_instant(date(2022, 3, 31), 17)
    return list(story.ingest())


def _supply(story: Story) -> list[Arrival]:
    """Friday morning: the expert has signed, the one page is scanned again."""
    story.clock.now = local_instant(WEEK.friday, 10)
    heavy = story.issued_form(visits.HEAVY, "inspection-record")
    pages = [page.page for page in story.workspace.issued.geometry(heavy.number) if _has(page, FORGOTTEN[0])]
    (scan,) = scan_all(story.sign(heavy, pages=pages))
    write_jpeg(scan, story.workspace.inbox / "金翎木业补签.jpg")
    arrivals = list(story.ingest())
    story.clock.now = HANDOVER
    story.file(story.propose(WEEK.shift(1)))
    return arrivals


def _opened(story: Story) -> list[Arrival]:
    """The roster comes in as a workbook, three cases are opened."""
    story.open_cases()
    story.clock.now = local_instant(date(2022, 3, 11), 15)
    story.file(first_plan())
    return []


SCENES: tuple[tuple[str, Callable[[Story], list[Arrival]]], ...] = (
    (_("导入名册，开立三个案件"), _opened),
    (_("3月14日 现场检查：签发、签字盖章、扫描、入账"), _checked),
    (_("3月22日 电话督促"), _urged),
    (_("3月28日 企业上报整改报告"), _reported),
    (_("本周 两次检查、一次复查，连同录像入账"), _this_week),
)


def _has(page: IssuedPage, box: str) -> bool:
    return any(each.box == box for each in page.boxes)


def _hurry(root: Path) -> None:
    """Nobody writes into this inbox slowly."""
    path = root / SETTINGS_FILE
    path.write_text(path.read_text(encoding="utf-8") + "\n[inbox]\nsettle_s = 0.2\n", encoding="utf-8")


def _film(story: Story, *filmed: tuple[Visit, str]) -> list[Path]:
    """Recorders are emptied into the inbox."""
    folder = story.workspace.inbox / "执法记录仪"
    folder.mkdir(exist_ok=True)
    return [clip_of(visit, device, folder) for visit, device in filmed]
