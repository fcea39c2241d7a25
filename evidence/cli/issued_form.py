"""`evidence form`: what was printed of an issued form, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.completing import a_number
from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, as_typed, expand
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.lookup import known_document

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.group("form")
def form_command() -> None:
    """已签发的文书。

    \b
    例：evidence form show WJB22-0001-JC-001 --json
    """


@form_command.command("show")
@click.argument("number", type=IDENTIFIER, shell_complete=a_number)
@json_option
@workspace_command
def show_command(workspace: Workspace, number: str, as_json: bool) -> None:
    """一份文书的页面、条码与签章位置（单位：点，自页面左上角）。

    \b
    例：evidence form show WJB22-0001-JC-001
    """
    wanted = find_number(number)
    document = known_document(workspace.ledger.view, wanted)
    form = document.form
    pages = workspace.issued.geometry(wanted)
    if as_json:
        emit(form_document(form, pages))
        return
    declaration = workspace.catalogue().form(form.form)
    say(f"{form.number}  {declaration.short}  {form.pages} 页")
    if form.voided_why:
        say(_("✕ 已作废：{why}").format(why=form.voided_why))
    for page in pages:
        for box in page.boxes:
            declared = declaration.declared_box(box.box)
            need = _("必须") if box.required else _("可选")
            say(f"  第{page.page}页  {(declared.label if declared else '') or box.box}（{need}）")


def form_document(form: IssuedForm, pages: Sequence[IssuedPage]) -> dict[str, Any]:
    """What `form show --json` prints."""
    return {
        "number": form.number,
        "form": form.form,
        "case": form.case,
        "pages": [
            {
                "page": page.page,
                "width": page.width,
                "height": page.height,
                "codes": page.codes,
                "boxes": [
                    {
                        "box": box.box,
                        "kind": box.kind,
                        "role": box.role,
                        "required": box.required,
                        "x": box.x,
                        "y": box.y,
                        "w": box.w,
                        "h": box.h,
                    }
                    for box in page.boxes
                ],
            }
            for page in pages
        ],
    }


def find_number(text: str) -> Number:
    """A number as people type it, with or without hyphens.

    Raises:
        UsageError: not in the grammar.
    """
    number = expand(as_typed(text))
    if number is None:
        raise UsageError(
            _("“{text}”不是文书编号。").format(text=text), remedy=_("编号形如 WJB22-0001-JC-001。")
        )
    return number
