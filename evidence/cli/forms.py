"""`evidence issue`, `reissue`, `void`, `form`: official records on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.completing import a_case, a_number
from evidence.cli.issued_form import find_number
from evidence.cli.issuing import given_values, keep_features, read_batch, request_of
from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.waiting import Working
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import PersonId, VisitId
from evidence.errors import ExitCode, UsageError
from evidence.forms.batch import Batch, Failure, issue_batch
from evidence.forms.campaign_list import FORM, campaign_of
from evidence.forms.issue import issue_forms
from evidence.forms.source import IssueRequest
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("issue")
@click.argument("case", type=IDENTIFIER, required=False, shell_complete=a_case)
@click.argument("form", required=False)
@click.option("--visit", type=IDENTIFIER, default=None, help=_("活动编号（默认：该文书所记录的最近一次）"))
@click.option("--blank", is_flag=True, help=_("签发预填的空白文书，到现场填写"))
@click.option("--expert", "experts", multiple=True, help=_("空白文书上的检查人员编号，可重复"))
@click.option("--supervisor", "supervisors", multiple=True, help=_("空白文书上的监管人员编号，可重复"))
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_("一批：文本文件，每行“案件 文书 [blank]”；做不成的一份不影响其余"),
)
@click.option(
    "--values",
    "values",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_("YAML 文件：按字段名补填的内容，字段名见 evidence template fields"),
)
@click.option("--later", is_flag=True, help=_("交给工作进程签发（需要数据库），本命令立即结束"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def issue_command(
    workspace: Workspace,
    case: str | None,
    form: str | None,
    visit: str | None,
    blank: bool,
    experts: tuple[str, ...],
    supervisors: tuple[str, ...],
    batch: Path | None,
    values: Path | None,
    later: bool,
    by: str,
    as_json: bool,
) -> int:
    """填写模板、生成 PDF、登记编号与签章位置。文书可写名称、代码或英文名。

    \b
    例：evidence issue WJB22-0001 现场检查记录
        evidence issue WJB22-0001 JC --blank --expert P01
        evidence issue --batch 明天.txt
        evidence issue ZX2022-01 专项检查汇总清单
        evidence issue WJB22-0002 约谈通知 --values 约谈.yaml
        evidence issue P01 保密与廉洁承诺书
    """
    if batch is not None:
        if values is not None:
            raise UsageError(
                _("--values 只用于一份文书，不能与 --batch 同用。"), remedy=_("请逐份签发，或去掉 --values。")
            )
        requests = read_batch(workspace, batch)
    elif case and form:
        requests = [
            request_of(
                workspace,
                form,
                case,
                values=given_values(workspace, form, values),
                visit=VisitId(visit) if visit else None,
                blank=blank,
                experts=tuple(PersonId(wanted) for wanted in experts),
                supervisors=tuple(PersonId(wanted) for wanted in supervisors),
            )
        ]
    else:
        raise UsageError(_("请写明案件和文书。"), remedy=_("例：evidence issue WJB22-0001 现场检查记录"))
    if later:
        from evidence.cli.ordering import order_later

        order_later(workspace, requests, workspace.actor(by).journalled, as_json=as_json)
        return ExitCode.DONE
    with Working(_("正在生成 {count} 份文书……").format(count=len(requests))):
        made = _issue(workspace, requests, by, several=batch is not None)
    _show_issued(workspace, made.issued, as_json, made.failures)
    keep_features(workspace, made.issued)
    return ExitCode.INCOMPLETE if made.failures else ExitCode.DONE


def _issue(workspace: Workspace, requests: Sequence[IssueRequest], by: str, *, several: bool) -> Batch:
    """One form or the error that stops it; of several, those that can be issued."""
    issuer, now, actor = workspace.issuer(), workspace.clock(), workspace.actor(by).journalled
    if several:
        return issue_batch(requests, issuer, now=now, actor=actor)
    return Batch(issued=tuple(issue_forms(requests, issuer, now=now, actor=actor)), failures=())


def _show_issued(
    workspace: Workspace, forms: Sequence[IssuedForm], as_json: bool, failures: Sequence[Failure] = ()
) -> None:
    rows = [
        {
            "number": form.number,
            "form": form.form,
            "case": form.case,
            "pages": form.pages,
            "pdf": str(workspace.issued.pdf_path(form.number)),
            "docx": str(workspace.issued.docx_path(form.number)),
        }
        for form in forms
    ]
    if as_json:
        failed = [_failure_document(failure) for failure in failures]
        emit({"issued": rows, "failed": failed} if failed else {"issued": rows})
        return
    for form, row in zip(forms, rows, strict=True):
        say(_("● {number}  {pages} 页  {pdf}").format(**row))
        if row["form"] == FORM:
            campaign = campaign_of(form, workspace.issued)
            say(_("  报送并签收后，请登记：evidence register add campaign-pack {id}").format(id=campaign))
            say(_("  并写明 --on 报送日期 --receipt 签收日期 --attach 签收件"))
    for failure in failures:
        wanted = f"{failure.request.case or ''} {failure.request.form}".strip()
        say(_("✕ {wanted} 没有签发：{what}").format(wanted=wanted, what=failure.error.what))
        for line in (failure.error.where, failure.error.remedy):
            if line:
                say(f"  {line}")


def _failure_document(failure: Failure) -> dict[str, str]:
    """One form of a batch that could not be issued, for `--json`."""
    request, error = failure.request, failure.error
    return {
        "case": request.case or "",
        "form": request.form,
        "what": error.what,
        "where": error.where,
        "remedy": error.remedy,
    }


@click.command("reissue")
@click.argument("number", type=IDENTIFIER, shell_complete=a_number)
@click.option("--why", required=True, help=_("原因，将记入原编号的作废说明"))
@click.option("--blank", is_flag=True, help=_("新文书仍为空白"))
@click.option(
    "--values",
    "values",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_("YAML 文件：按字段名补填的内容，字段名见 evidence template fields"),
)
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def reissue_command(
    workspace: Workspace, number: str, why: str, blank: bool, values: Path | None, by: str, as_json: bool
) -> None:
    """以新编号重新签发，原编号同时作废并互相关联。

    \b
    例：evidence reissue WJB22-0001-JC-001 --why 企业名称写错
    """
    from evidence.forms.withdraw import reissue

    old = find_number(number)
    document = workspace.ledger.view.document(old)
    wanted: Mapping[str, Any] = {}
    if document is not None:
        wanted = given_values(workspace, document.form.form, values)
    with Working(_("正在生成 {count} 份文书……").format(count=1)):
        form = reissue(
            old,
            workspace.issuer(),
            why=why,
            blank=blank,
            values=wanted,
            now=workspace.clock(),
            actor=workspace.actor(by).journalled,
        )
    _show_issued(workspace, [form], as_json)
    keep_features(workspace, [form])


@click.command("void")
@click.argument("number", type=IDENTIFIER, shell_complete=a_number)
@click.option("--why", required=True, help=_("作废原因"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def void_command(workspace: Workspace, number: str, why: str, by: str, as_json: bool) -> None:
    """作废一个编号。编号不再使用，它的扫描件会被隔离。

    \b
    例：evidence void WJB22-0001-JC-002 --why 打印后发现检查日期有误
    """
    from evidence.forms.withdraw import void

    wanted = find_number(number)
    void(workspace.ledger, wanted, why=why, actor=workspace.actor(by).journalled)
    if as_json:
        emit({"number": wanted, "voided_why": why})
        return
    say(_("{number} 已作废：{why}").format(number=wanted, why=why))


@click.command("transcribe")
@click.argument("number", type=IDENTIFIER, shell_complete=a_number)
@click.option("--visit", type=IDENTIFIER, default=None, help=_("记录的是哪一次活动（同类活动不止一次时）"))
@json_option
@workspace_command
def transcribe_command(workspace: Workspace, number: str, visit: str | None, as_json: bool) -> None:
    """现场手写的文书：按录入的内容生成同一编号的电子文档，注明为转录件。

    \b
    例：evidence transcribe WJB22-0001-JC-001
    """
    from evidence.forms.transcribe import transcribe

    made = transcribe(
        find_number(number),
        workspace.issuer(),
        actor=workspace.actor().journalled,
        visit=VisitId(visit) if visit else None,
    )
    typed = made.transcription
    path = workspace.originals.path(typed.sha256)
    if as_json:
        emit({"number": typed.number, "sha256": typed.sha256, "path": str(path), "new": made.new})
    elif made.new:
        say(_("● {number} 的转录件：{path}").format(number=typed.number, path=path))
    else:
        say(_("{number} 的转录件没有变化。").format(number=typed.number))
