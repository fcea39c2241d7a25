"""The auditor's page: a package is dropped and judged; nothing of it stays.

What was found is held in memory for half an hour, for the account that asked, so that it can be taken along
as a PDF.
"""

from __future__ import annotations

import pickle
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import render

from evidence.errors import EvidenceError, UsageError
from evidence.web.names import safe_name
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say

if TYPE_CHECKING:
    from evidence.verify.model import Report

CSS = {"pass": "present", "fail": "missing", "review": "undecided", "note": "open"}
_HELD_S = 30 * 60
_TOKEN_LETTERS = 16
_VERDICTS = {"TOTAL-PASSED": "present", "TOTAL-FAILED": "missing", "INDETERMINATE": "undecided"}


@page(Act.JUDGE_PACKAGE, "GET", "POST", keyed=False)
def auditor(request: Any) -> Any:
    """Ask for a package, or judge the one that was sent: the same verdict as `evidence verify`."""
    if request.method != "POST":
        return render(request, "desk/auditor.html", {})
    from evidence.verify.examine import verify_path

    package = request.FILES.get("package")
    if package is None:
        raise UsageError(say("没有收到移交包。"), remedy=say("请选择 .zip 移交包或单个 PDF。"))
    trust = [each.read() for each in request.FILES.getlist("trust")]
    with tempfile.TemporaryDirectory(prefix="desk-audit-") as name:
        folder = Path(name)
        path = _put(folder / "package", package)
        previous = request.FILES.get("previous")
        before = _put(folder / "previous", previous) if previous is not None else None
        try:
            report = verify_path(path, trust=trust, previous=before, at=None)
        except EvidenceError as error:
            # Where the server keeps a file for a moment is nobody's business; its own name is.
            for given in filter(None, (path, before)):
                error.where = (error.where or "").replace(str(given), given.name)
            raise
    return render(request, "desk/verdict.html", {**_told(report), "token": _held(request, report)})


def _told(report: Report) -> dict[str, Any]:
    """The verdict for a reader: headline, of what, what was looked at, what was not, what to compare."""
    from evidence.verify.report_content import Field, sections, summary
    from evidence.verify.wording import NOT_CHECKED, check_lines, spaced, text_report, verdict_words

    verdict, meaning = verdict_words(report)
    lines = [(CSS[kind.value], words) for kind, words in check_lines(report.checks)]
    return {
        "report": report,
        "css": _VERDICTS[report.indication.value],
        "verdict": verdict,
        "meaning": meaning,
        "facts": [each for each in summary(report, signed_by_hand=False).parts if isinstance(each, Field)],
        "to_heed": [line for line in lines if line[0] != "present"],
        "sound": [line for line in lines if line[0] == "present"],
        "signatures": next(each.parts for each in sections(report) if each.title == "签名"),
        "not_checked": NOT_CHECKED,
        "fingerprints": [(subject, spaced(digest)) for subject, digest in report.fingerprints],
        "text": text_report(report),
    }


def _key(request: Any, token: str) -> str:
    return f"verdict:{request.user.pk}:{token}"


def _held(request: Any, report: Report) -> str:
    """Under what word the account that asked finds the report again."""
    token = secrets.token_hex(_TOKEN_LETTERS // 2)
    cache.set(_key(request, token), pickle.dumps(report), _HELD_S)
    return token


@page(Act.JUDGE_PACKAGE)
def verdict_pdf(request: Any, token: str) -> Any:
    """The report as a PDF, for the account that had the package judged."""
    from evidence.verify.report_pdf import report_bytes

    held = cache.get(_key(request, token)) if len(token) == _TOKEN_LETTERS else None
    if held is None:
        raise Http404
    report: Report = pickle.loads(held)  # noqa: S301 made by ourselves, held in this process's memory only
    name = quote(f"{Path(report.subject).stem}-验证报告.pdf", safe="")
    response = HttpResponse(report_bytes(report), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _put(folder: Path, sent: Any) -> Path:
    folder.mkdir()
    path = folder / safe_name(sent.name)
    with path.open("wb") as file:
        for chunk in sent.chunks():
            file.write(chunk)
    return path
