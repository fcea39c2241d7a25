"""Every page of the desk at three widths, from the demonstration. `make pictures`.

One picture a page: wide screen, tablet and telephone beside each other at half size, cut below.
docs/desk-pages.zh.md shows them; docs/pictures/pages/seen.json keeps the words of each width, as of the
other pictures.

    python -m scripts.page_pictures write WORKSPACE     pictures, their words and their page anew
    python -m scripts.page_pictures check WORKSPACE     name what is stale; exit 1 if anything is
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from evidence.config import Workspace, open_workspace
from evidence.domain.identifiers import Sha256
from evidence.domain.parties import Campaign, CampaignKind
from evidence.ledger.events import PartiesImported
from scripts.desk_pictures import CHROMIUM, FRIDAY, LEAD, served, sign_in
from scripts.seen import LOOK, Seen, main, without_chance
from scripts.seen import OUT as PICTURES

OUT = PICTURES / "pages"
SEEN = OUT / "seen.json"
SHOWN = PICTURES.parent / "desk-pages.zh.md"
WIDTHS = {1280: 800, 820: 1100, 390: 844}
"""Pixels: the screen's width and height."""
TALLEST, HALF, GAP = 1800, 2, 12
_SETTLED = """() => {
  scrollTo(0, 0);
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
CAMPAIGN = "ZX2022-01"
CASE, HEAVY = "WJB22-0001", "WJB22-0003"
PAGES = {
    "login": ("登录", "/login/?next=/account/"),
    "today": ("今天", "/?week=2022-W13&mine=0"),
    "inbox": ("收件", "/inbox/"),
    "arrival": ("一份到件", ""),
    "cases": ("案件（按周）", "/cases/"),
    "case": ("一个案件", f"/cases/{CASE}/"),
    "document": ("一份文书", f"/documents/{HEAVY}-JC-001/"),
    "forms": ("可以签发的文书", f"/cases/{HEAVY}/issue/"),
    "issue": ("签发一份文书", f"/cases/{HEAVY}/issue/interview-notice/"),
    "write-check": ("录入检查", f"/cases/{HEAVY}/write/检查/"),
    "write-urging": ("录入督促", f"/cases/{HEAVY}/write/督促/"),
    "write-recheck": ("录入复查", f"/cases/{HEAVY}/write/复查/"),
    "friday": ("每周移交", "/friday/?week=2022-W13"),
    "friday-next": ("还没到移交日的一周", "/friday/?week=2022-W14"),
    "plan": ("下周计划", "/plan/?week=2022-W14"),
    "enterprises": ("企业", "/lists/enterprises/"),
    "enterprise": ("一企一档", "/enterprises/91320412MA2XDEM01F/"),
    "case-list": ("案件清单", "/lists/cases/"),
    "documents": ("文书清单", "/lists/documents/"),
    "arrivals": ("到件清单", "/lists/arrivals/"),
    "hazards": ("隐患台账", "/lists/hazards/"),
    "rates": ("整改率", "/rates/"),
    "footage": ("录像清单", "/lists/footage/"),
    "packages": ("移交包清单", "/lists/packages/"),
    "entries": ("台账条目清单", "/lists/entries/"),
    "people": ("人员", "/lists/people/"),
    "recorders": ("记录仪", "/lists/recorders/"),
    "campaigns": ("专项和普查", "/lists/campaigns/"),
    "campaign": ("一次专项", f"/campaigns/{CAMPAIGN}/"),
    "roster": ("名册的登记和导入", "/roster/"),
    "registers": ("台账", "/registers/"),
    "register": ("一种台账", "/registers/training/"),
    "numbers": ("统计和报告", "/numbers/?month=2022-03"),
    "search": ("查找", "/search/?q=恒晟"),
    "activity": ("办理记录", f"/activity/?of={CASE}"),
    "sign-ins": ("登录记录", "/activity/sign-ins/"),
    "auditor": ("验证移交包", "/auditor/"),
    "account": ("我的账号", "/account/"),
    "accounts": ("账号管理", "/accounts/"),
    "missing": ("没有这一页", "/cases/WJB22-9999/"),
}
"""Picture -> what the page is for, and its address."""


def look(root: Path, out: Path | None) -> Seen:
    """The words of every page at every width; with a folder the pictures are taken into it."""
    workspace = open_workspace(root, clock=lambda: FRIDAY)
    _register_campaign(workspace)
    stack = max(
        workspace.ledger.view.arrivals(), key=lambda each: len(each.judged.pages) if each.judged else 0
    )
    with served(workspace) as (address, password), _one_sign_in(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN", timezone_id="Asia/Shanghai")
        page.set_default_timeout(120_000)  # of a busy machine
        seen = {}
        for picture, (_title, path) in PAGES.items():
            page.goto(address + (path or f"/inbox/{stack.id}/"), wait_until="load")
            seen[picture] = _at_each_width(page, picture, out)
            if picture == "login":
                sign_in(page, f"{address}/login/", LEAD, password)
        browser.close()
    if out is not None:
        _write_page()
    return seen


@contextmanager
def _one_sign_in() -> Iterator[None]:
    """The list of sign-ins shows the one below, however often pictures were taken."""
    from evidence.web.models import Access

    Access.objects.all().delete()
    yield


def _register_campaign(workspace: Workspace) -> None:
    view = workspace.ledger.view
    enterprises = tuple(view.enterprises())
    campaign = Campaign(
        id=CAMPAIGN,
        topic="有限空间作业",
        kind=CampaignKind.SPECIAL,
        ordered_on=date(2022, 3, 14),
        due=date(2022, 4, 15),
        targets=tuple(each.id for each in enterprises),
    )
    event = PartiesImported(
        source=Sha256("0" * 64), enterprises=enterprises, people=tuple(view.people()), campaigns=(campaign,)
    )
    workspace.ledger.append("pictures", event, at=FRIDAY)


def _at_each_width(page: Page, picture: str, out: Path | None) -> list[list[Any]]:
    seen: list[list[Any]] = []
    drawn = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(_SETTLED)
        seen += [[f"{width}: {text}", 0, 0] for text, *_place in without_chance(page.evaluate(LOOK, False))]
        wide = page.evaluate("document.documentElement.scrollWidth")
        seen.append([f"{width}: scrolls sideways" if wide > width else f"{width}: fits", 0, 0])
        if out is not None:
            # as high as the page: what sticks to the screen's edge would stand in the middle of it
            high = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, min(high, TALLEST))})
            page.evaluate(_SETTLED)
            drawn.append(Image.open(io.BytesIO(page.screenshot())))
    if out is not None:
        _beside_each_other(drawn).save(out / f"{picture}.png", optimize=True)
    return seen


def _beside_each_other(drawn: list[Image.Image]) -> Image.Image:
    small = [each.convert("RGB").reduce(HALF) for each in drawn]
    size = (sum(each.width + GAP for each in small) + GAP, max(each.height for each in small) + 2 * GAP)
    sheet = Image.new("RGB", size, "#c8ccd0")
    left = GAP
    for each in small:
        sheet.paste(each, (left, GAP))
        left += each.width + GAP
    return sheet.quantize(48, dither=Image.Dither.NONE)


def _write_page() -> None:
    lines = [
        "# 工作台各页",
        "",
        "写给想先看一眼的人：示例工作区里每一页在电脑（1280 像素宽）、平板（820）和手机（390）上的样子，",
        "缩小一半，过长的截去。由 `make pictures` 生成。",
        "",
    ]
    for picture, (title, _path) in PAGES.items():
        lines += [f"## {title}", "", f"![{title}](pictures/pages/{picture}.png)", ""]
    SHOWN.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    workspace_root = Path(sys.argv[2]).resolve()
    OUT.mkdir(exist_ok=True)
    sys.exit(main(sys.argv[1], SEEN, lambda out: look(workspace_root, out)))
