"""A workspace is made: folders, templates, and an evidence.toml that names whose it is."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evidence.config import Workspace, open_workspace
from evidence.contracts.contract import FOLDER, Contract, shipped_contract
from evidence.errors import UsageError
from evidence.foreign import reason_of
from evidence.language import _
from evidence.settings import SETTINGS_FILE, load_settings

_CODE = re.compile(r"[A-Z]{3}")
_REST = "\n[signer]"
"""Where the shipped evidence.toml stops saying who the parties are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whose workspace it is and for which contract; nothing here has a default that is somebody's name."""

    agency: str
    code: str
    """Three capitals; first part of every number and package name."""
    contract: str
    signed_on: date
    regulator: str
    address: str = ""
    telephone: str = ""
    section: str = ""
    """The contract's section, as forms print it."""
    bureau: str = ""
    """The regulator's office that receives the packages; empty: the regulator itself."""
    safety_section: str = ""
    enforcement: str = ""

    def __post_init__(self) -> None:
        """Raises: UsageError: a name is empty or unprintable, or the code is not three capitals."""
        if not _CODE.fullmatch(self.code):
            raise UsageError(
                _("合同代码“{code}”须为三位大写字母。").format(code=self.code), remedy=_("例：--code WJB")
            )
        for what, name in (
            (_("机构名称"), self.agency),
            (_("合同名称"), self.contract),
            (_("委托方名称"), self.regulator),
        ):
            if len(name.strip()) < 2:
                raise UsageError(
                    _("{what}“{name}”不像名称。").format(what=what, name=name), remedy=_("请重新输入。")
                )
        if not "".join(map(str, (self.agency, self.contract, self.regulator, self.address))).isprintable():
            raise UsageError(_("名称中有看不见的控制字符。"), remedy=_("请重新输入。"))


def sample_settings() -> str:
    """The sample contract that ships with the program, as the demonstration and the tests use it."""
    return shipped(SETTINGS_FILE).read_text(encoding="utf-8")


def settings_of(parties: Parties) -> str:
    """The text of evidence.toml for these parties."""
    office = parties.bureau or parties.regulator
    head = f"""# 工作区设置 / workspace settings. Every parameter names the clause it comes from.
# 未写出的参数取默认值；改动后请运行 evidence doctor。

[contract]
code = {_quoted(parties.code)}                # 三位大写字母，编号与移交包名称的开头
name = {_quoted(parties.contract)}
section = {_quoted(parties.section)}
signed_on = {parties.signed_on.isoformat()}      # 合同签订日期，服务年度由此起算

[agency]
name = {_quoted(parties.agency)}
address = {_quoted(parties.address)}
telephone = {_quoted(parties.telephone)}

[regulator]
name = {_quoted(parties.regulator)}
bureau = {_quoted(office)}
section = {_quoted(parties.safety_section or office)}
enforcement = {_quoted(parties.enforcement or office)}
"""
    text = sample_settings()
    return head + text[text.index(_REST) :]


def _quoted(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's."""
    return json.dumps(value.strip(), ensure_ascii=False)


def shipped(name: str) -> Path:
    """A file that ships with the program: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.exists() else package.parent / name


def create_workspace(
    root: Path, settings: str = "", *, contract: str = "", evaluation_keys: bool = False
) -> Workspace:
    """Make a workspace, or complete one; what is there is never touched.

    Args:
        root: its folder.
        settings: text of evidence.toml; needed only where there is none yet.
        contract: the shipped contract whose text it keeps; by default the one written for its code.
        evaluation_keys: make throw-away keys marked EVALUATION ONLY.

    Raises:
        UsageError: the place cannot be written, nobody said whose workspace it is, or no such contract
            ships with the program.
    """
    if not settings and not (root / SETTINGS_FILE).exists():
        raise UsageError(
            _("没有写明这是谁的工作区、为哪份合同。"),
            where=str(root / SETTINGS_FILE),
            remedy=_("请给出 --agency、--code、--contract-name、--signed-on、--regulator。"),
        )
    chosen = shipped_contract(contract) if contract else None
    try:
        _lay_out(root, settings, chosen)
    except OSError as error:
        raise UsageError(
            _("无法在这里建立工作区：{reason}。").format(reason=reason_of(error)),
            where=str(root),
            remedy=_("请换一个可写的目录，或检查磁盘空间与权限。"),
        ) from error
    if evaluation_keys:
        from evidence.bundles.keys import make_evaluation_keys

        make_evaluation_keys(root / "keys")
    return open_workspace(root)


def _lay_out(root: Path, settings: str, contract: Contract | None) -> None:
    """Folders, settings, templates and the contract's text, each where it is not there yet.

    Raises:
        OSError: the place cannot be written.
    """
    root.mkdir(parents=True, exist_ok=True)
    for folder in ("ledger", "originals", "issued", "cases", "quarantine", "handover"):
        (root / "archive" / folder).mkdir(parents=True, exist_ok=True)
    if not (root / SETTINGS_FILE).exists():
        (root / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    for name in ("inbox/README.md", "archive/README.md"):
        _copy_once(shipped(name), root / name)
    for source in sorted(shipped("templates").rglob("*")):
        if source.is_file():
            _copy_once(source, root / "templates" / source.relative_to(shipped("templates")))
    if not (root / FOLDER).exists():
        text = contract or load_settings(root / SETTINGS_FILE).profile
        for source in sorted(text.folder.iterdir()):
            _copy_once(source, root / FOLDER / source.name)


def _copy_once(source: Path, target: Path) -> None:
    """Copy unless the target exists."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
