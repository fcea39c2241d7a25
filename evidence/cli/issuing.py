"""What `issue` and `reissue` are asked for: forms of a case, of a campaign, of a batch file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.cli.output import progress
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, PersonId, as_typed
from evidence.errors import UsageError
from evidence.forms.campaign_list import FORM, campaign_request
from evidence.forms.given_values import read_values
from evidence.forms.source import IssueRequest
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


def request_of(
    workspace: Workspace, form: str, subject: str, *, values: Mapping[str, Any] | None = None, **wanted: Any
) -> IssueRequest:
    """One form of a case, or of the campaign or person named in the case's place."""
    declared = workspace.catalogue().form(form)
    if declared.personal:
        person = PersonId(subject.strip())
        return IssueRequest(form=form, experts=(person,), values=values or {})
    if declared.id == FORM:
        view, settings = workspace.ledger.view, workspace.settings
        request = campaign_request(subject, view, settings, now=workspace.clock())
        return replace(request, values={**request.values, **(values or {})})
    return IssueRequest(form=form, case=CaseId(as_typed(subject)), values=values or {}, **wanted)


def given_values(workspace: Workspace, form: str, path: Path | None) -> dict[str, Any]:
    """What the clerk fills in beyond the ledger.

    Raises:
        InputError: an unknown field or a value of the wrong kind.
    """
    return {} if path is None else read_values(path, workspace.catalogue().form(form))


def read_batch(workspace: Workspace, path: Path) -> list[IssueRequest]:
    """Each line `案件 文书 [blank]`.

    Raises:
        UsageError: a line of another form.
    """
    requests = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) not in (2, 3) or (len(words) == 3 and words[2] not in ("blank", "空白")):
            raise UsageError(
                _("这一行应是“案件 文书 [blank]”。"),
                where=f"{path}:{number}",
                remedy=_("例：WJB22-0001 JC blank"),
            )
        requests.append(request_of(workspace, words[1], words[0], blank=len(words) == 3))
    return requests


def _text(path: Path) -> str:
    """UTF-8, or what Chinese editors still write otherwise."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(
        _("这不是文本文件。"),
        where=str(path),
        remedy=_("请用记事本写成每行“案件 文书 [blank]”，保存为 UTF-8。"),
    )


def keep_features(workspace: Workspace, forms: Sequence[IssuedForm]) -> None:
    """Have recognition's features of the forms kept, and say so when they could not be."""
    error = workspace.keep_features(forms)
    if error is not None:
        progress(_("版面特征未能预先保存，将在扫描件回来时再算：{error}").format(error=error))
