"""`evidence ledger check-proof`: for whoever was given a proof about one document; needs no workspace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import click

from evidence.cli.options import json_option
from evidence.cli.output import emit, say
from evidence.errors import ExitCode, InputError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.ledger.checkpoint import grouped
from evidence.ledger.proof import check_proof

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("check-proof")
@click.argument("proof_file", type=_FILE)
@click.argument("files", nargs=-1, type=_FILE)
@click.option(
    "--package",
    "packages",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help=_("你自己保存的移交包，作为依据（可重复）"),
)
@click.option("--receipt", "receipts", multiple=True, type=_FILE, help=_("监管部门签名的回执（可重复）"))
@click.option("--fingerprint", "fingerprints", multiple=True, help=_("接收回执上的 16 位指纹（可重复）"))
@click.option("--trust", multiple=True, type=_FILE, metavar="PEM", help=_("你信任的证书（可重复）"))
@click.option("--regulator", multiple=True, type=_FILE, metavar="PEM", help=_("监管部门的证书（可重复）"))
@json_option
def check_proof_command(
    proof_file: Path,
    files: tuple[Path, ...],
    packages: tuple[Path, ...],
    receipts: tuple[Path, ...],
    fingerprints: tuple[str, ...],
    trust: tuple[Path, ...],
    regulator: tuple[Path, ...],
    as_json: bool,
) -> int:
    """核对一份证明；再给出文件，就一并核对它们是否为证明所指。没有依据的证明不能认定（退出码 5）。

    \b
    例：evidence ledger check-proof WJB22-0001-JC-001.proof.json 扫描.pdf --package WJB-2022-W13.zip
    """
    from evidence.verify.proof_anchor import Given, anchors_of
    from evidence.verify.trust_files import read_trust
    from evidence.verify.witness import read_regulator

    proof = _read(proof_file)
    problems = list(check_proof(proof))
    if not problems:
        named = {file["sha256"] for file in proof["files"]}
        problems.extend(
            _("{path} 不是证明所指的文件。").format(path=path) for path in files if _digest(path) not in named
        )
    store = read_trust([each.read_bytes() for each in trust])
    given = Given(
        packages=packages,
        receipts=receipts,
        fingerprints=fingerprints,
        store=store,
        regulator=read_regulator([each.read_bytes() for each in regulator], store),
        now=datetime.now(UTC),
        anchored=bool(trust),
    )
    anchors = () if problems else anchors_of(proof, given)
    rests_on = set() if problems else {line["tree"] for line in proof["lines"]}
    anchored = bool(rests_on) and all(anchors[place].anchored for place in rests_on)
    if as_json:
        emit(
            {
                "holds": not problems and anchored,
                "anchored": anchored,
                "problems": problems,
                "fingerprints": [each.fingerprint for each in anchors],
                "anchors": anchors,
            }
        )
    else:
        _tell(problems, proof, anchors, anchored=anchored)
    if problems:
        return ExitCode.VERIFICATION_FAILED
    return ExitCode.DONE if anchored else ExitCode.UNDECIDED


def _tell(problems: list[str], proof: Any, anchors: Any, *, anchored: bool) -> None:
    for problem in problems:
        say(f"✕ {problem}")
    if problems:
        return
    if anchored:
        say(_("● 证明成立：文书 {number}。").format(number=proof["document"]))
    else:
        say(_("◐ 尚不能认定：文书 {number} 的证明自身相符，但没有依据。").format(number=proof["document"]))
    for each in anchors:
        week = each.week or _("（未移交）")
        text = _("{sign} 检查点 {week} 指纹 {fingerprint}：{state}").format(
            sign="●" if each.anchored else "◐",
            week=week,
            fingerprint=grouped(each.fingerprint),
            state=each.said,
        )
        say(text)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(
            _("这不是证明文件：{error}。").format(error=fault_of(error)),
            where=str(path),
            remedy=_("请给出 evidence ledger prove 写出的 .proof.json 文件。"),
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
