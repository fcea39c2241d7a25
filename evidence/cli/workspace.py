"""`evidence init`: a new workspace, ready for the first file."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.options import DayType, json_option
from evidence.cli.output import emit, say
from evidence.contracts.contract import shipped_contract
from evidence.errors import UsageError
from evidence.language import _
from evidence.new_workspace import Parties, create_workspace, settings_of
from evidence.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from evidence.config import Workspace

_ASKED: dict[str, tuple[str, str, Any]] = {
    "agency": ("--agency", _("机构全称（合同乙方）"), click.STRING),
    "code": ("--code", _("合同代码（三位大写字母）"), click.STRING),
    "contract_name": ("--contract-name", _("合同名称"), click.STRING),
    "signed_on": ("--signed-on", _("合同签订日期"), DayType()),
    "regulator": ("--regulator", _("委托方全称（合同甲方）"), click.STRING),
}
"""What only the agency knows; asked for at a terminal, demanded elsewhere."""


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--contract", default="", help=_("自带的合同文本（默认：按合同代码；没有的，条款留待录入）"))
@click.option("--agency", help=_ASKED["agency"][1])
@click.option("--code", help=_ASKED["code"][1])
@click.option("--contract-name", help=_ASKED["contract_name"][1])
@click.option("--signed-on", type=DayType(), help=_ASKED["signed_on"][1])
@click.option("--regulator", help=_ASKED["regulator"][1])
@click.option("--address", default="", help=_("机构地址"))
@click.option("--telephone", default="", help=_("机构电话"))
@click.option("--section", default="", help=_("标段"))
@click.option("--bureau", default="", help=_("接收移交的主管部门（默认：委托方）"))
@click.option("--safety-section", default="", help=_("接收报告的科室（默认：主管部门）"))
@click.option("--enforcement", default="", help=_("执法单位（默认：主管部门）"))
@click.option("--evaluation-keys", is_flag=True, help=_("同时生成仅供试用的证书、签名密钥和时间戳服务"))
@json_option
def init_command(
    directory: Path,
    contract: str,
    agency: str | None,
    code: str | None,
    contract_name: str | None,
    signed_on: date | None,
    regulator: str | None,
    address: str,
    telephone: str,
    section: str,
    bureau: str,
    safety_section: str,
    enforcement: str,
    evaluation_keys: bool,
    as_json: bool,
) -> None:
    """建立工作区：收件夹、模板、档案和 evidence.toml。机构、合同、委托方没有默认值。

    在终端中缺哪一项就问哪一项；已有的文件一律不动。

    \b
    例：evidence init 承安证据 --agency 常州承安安全咨询服务有限公司 --code WJB
          --contract-name 安全生产第三方技术服务 --signed-on 2021-12-07
          --regulator 武进国家高新技术产业开发区管理委员会 --evaluation-keys
    """
    root = directory.resolve()
    kept = (root / SETTINGS_FILE).exists()
    settings = ""
    if contract:
        code = code or shipped_contract(contract).code or None
    if not kept:
        given = _complete(
            agency=agency, code=code, contract_name=contract_name, signed_on=signed_on, regulator=regulator
        )
        settings = settings_of(
            Parties(
                agency=given["agency"],
                code=given["code"].strip().upper(),
                contract=given["contract_name"],
                signed_on=given["signed_on"],
                regulator=given["regulator"],
                address=address,
                telephone=telephone,
                section=section,
                bureau=bureau,
                safety_section=safety_section,
                enforcement=enforcement,
            )
        )
    created = create_workspace(root, settings, contract=contract, evaluation_keys=evaluation_keys)
    if as_json:
        emit({"workspace": str(created.root), "evaluation_keys": evaluation_keys, "settings_kept": kept})
        return
    _say_created(created, kept=kept)


def _say_created(created: Workspace, *, kept: bool) -> None:
    if kept:
        say(_("工作区本来就有，设置未动：{root}").format(root=created.root))
    else:
        say(_("工作区已建好：{root}").format(root=created.root))
        say(_("  {agency}，合同 {code}，签订于 {day}；都写在 evidence.toml 里，可以改。").format(
            agency=created.settings.agency.name,
            code=created.settings.contract.code,
            day=created.settings.contract.signed_on,
        ))  # fmt: skip
    say(_("下一步：在该目录运行 evidence import --template 名册.xlsx，填好后导入。"))


def _complete(**given: Any) -> dict[str, Any]:
    """The answers, the lacking ones asked for.

    Raises:
        UsageError: nobody is there to ask.
    """
    lacking = [name for name, value in given.items() if value is None]
    if lacking and not _somebody_answers():
        raise UsageError(
            _("没有写明{what}。").format(what="、".join(_(_ASKED[name][1]) for name in lacking)),
            remedy=_("请加上 {options}，或在终端中运行，逐项询问。").format(
                options=" ".join(_ASKED[name][0] for name in lacking)
            ),
        )
    for name in lacking:
        given[name] = click.prompt(_(_ASKED[name][1]), type=_ASKED[name][2], err=True)
    return given


def _somebody_answers() -> bool:
    return sys.stdin.isatty()
