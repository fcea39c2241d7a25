"""Writes docs/desk-roles.md: the one table of who may do what at the desk, in both languages.

`make docs` writes it from `evidence.web.roles`; tests hold it to that.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

from evidence.web.roles import ROLE_WORDS, Act, Role, may, table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "desk-roles.md"
CATALOGUE = ROOT / "evidence" / "web" / "locale" / "en" / "LC_MESSAGES" / "desk.po"
_CHINESE = """# Roles at the desk · 工作台的角色与权限

写给项目负责人和管理员。For leads and administrators; [English below](#in-english).

工作台的每一页、每个按钮都先经过这张表；每个决定连同账号和姓名记入账本，命令行上是系统账号和 `--by`。
账号由项目负责人在“账号”页建立，第一个用 `evidence serve` 打印的链接建立，也可以用命令：
`evidence serve --add-account 账号 --person 姓名 --role clerk`。
同一地址连续五次输错密码，这个账号锁定十五分钟。

原件、内容凭证和录像没有自己的地址，只在所属的到件、文书、案件或台账之下打开：看得到那一件，才拿得到它的文件。
不能播放录像的，录像文件也不能下载；装有录像的压缩包、邮件、PDF 文件包和移交包，以及认不出或没能打开的，
同样不能。

由 `make docs` 从程序生成。
"""
_ENGLISH = """## In English

Every page and every button of the desk goes through one gate (`evidence/web/pages.py`) that asks one
table (`evidence/web/roles.py`): this one. Every decision is journalled with the account that made it
(`desk:<account>`) and the person's name; on the command line with the system account and `--by`. Accounts
are made by the lead on the page Accounts, the first one through the link that `evidence serve` prints, or
by `evidence serve --add-account NAME --person NAME --role clerk`. Five wrong passwords lock an account
for that address for fifteen minutes.

Originals, content credentials and recordings have no address of their own: they open under the arrival, form,
case or register they belong to, so that whoever may see that thing gets its files. Whoever may not play
footage downloads none either: no recording, no archive, message, PDF portfolio or package that holds one, and
no file whose content is unknown or could not be opened.
"""


def page() -> str:
    """docs/desk-roles.md."""
    with CATALOGUE.open("rb") as file:
        english = {str(each.id): str(each.string) for each in read_po(file) if each.string}
    rows = [
        f"| {english[act.value]} | " + " | ".join("●" if may(role, act) else "—" for role in Role) + " |"
        for act in Act
    ]
    heads = " | ".join(english[ROLE_WORDS[role]] for role in Role)
    own = "\n".join([f"| | {heads} |", "|---" * (len(Role) + 1) + "|", *rows])
    return f"{_CHINESE}\n{table()}\n\n{_ENGLISH}\n{own}\n"


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
