"""`evidence recording seen`: the register of who looked at which film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.tables import table
from evidence.domain.week import SHANGHAI
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("seen")
@json_option
@workspace_command
def seen_command(workspace: Workspace, as_json: bool) -> None:
    """调阅登记：谁在什么时候看过哪段录像。

    \b
    例：evidence recording seen --json
    """
    from evidence.ledger.upkeep import FootageSeen

    kind = f'"kind":"{FootageSeen.KIND}"'.encode()
    ledger = workspace.ledger
    entries = [
        entry
        for seq, line in enumerate(ledger.lines())
        if kind in line
        for entry in ledger.entries(seq, seq + 1)
    ]
    rows = [
        (entry.instant, entry.event.by, entry.event.visit, entry.event.sha256)
        for entry in entries
        if isinstance(entry.event, FootageSeen)
    ]
    if as_json:
        emit({"seen": [dict(zip(("at", "by", "visit", "sha256"), row, strict=True)) for row in rows]})
        return
    if not rows:
        say(_("还没有人在工作台看过录像。"))
        return
    names = {each.sha256: each.name for each in ledger.view.recordings()}
    heads = (_("时间"), _("调阅人"), _("检查"), _("录像"))
    shown = (
        (f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", by, visit, names.get(sha256, sha256[:16]))
        for at, by, visit, sha256 in rows
    )
    say(table(heads, shown))
