"""The auditor's page: a package is dropped and judged; nothing of it stays."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.shortcuts import render

from evidence.errors import UsageError
from evidence.web.names import safe_name
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say

CSS = {"pass": "present", "fail": "missing", "review": "undecided", "note": "open"}
_VERDICTS = {"TOTAL-PASSED": "present", "TOTAL-FAILED": "missing", "INDETERMINATE": "undecided"}


@page(Act.JUDGE_PACKAGE, "GET", "POST", keyed=False)
def auditor(request: Any) -> Any:
    """Ask for a package, or judge the one that was sent: the same verdict as `evidence verify`."""
    if request.method == "GET":
        return render(request, "desk/auditor.html", {})
    from evidence.verify.examine import verify_path
    from evidence.verify.wording import SHAPES, text_report

    package = request.FILES.get("package")
    if package is None:
        raise UsageError(say("没有收到移交包。"), remedy=say("请选择 .zip 移交包或单个 PDF。"))
    trust = [each.read() for each in request.FILES.getlist("trust")]
    with tempfile.TemporaryDirectory(prefix="desk-audit-") as name:
        folder = Path(name)
        path = _put(folder / "package", package)
        previous = request.FILES.get("previous")
        before = _put(folder / "previous", previous) if previous is not None else None
        report = verify_path(path, trust=trust, previous=before, at=None)
    context = {
        "report": report,
        "css": _VERDICTS.get(report.indication.value, "undecided"),
        "text": text_report(report),
        "checks": [(SHAPES[each.kind], CSS[each.kind.value], each) for each in report.checks],
    }
    return render(request, "desk/verdict.html", context)


def _put(folder: Path, sent: Any) -> Path:
    folder.mkdir()
    path = folder / safe_name(sent.name)
    with path.open("wb") as file:
        for chunk in sent.chunks():
            file.write(chunk)
    return path
