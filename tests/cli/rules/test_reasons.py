"""No command that asks for a reason takes one that says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evidence.cli.program import cli
from evidence.errors import UsageError
from tests.cli.rules.conftest import Run
from tests.support import sample
from tests.support.accounts import tie
from tests.support.pki import shared_pki

RECORD = str(sample.number(sample.CLOSED, "JC"))
ARRIVAL = "A-20220401-0001"
ORDERS: dict[str, tuple[str, ...]] = {
    "bundle": ("--week", sample.WEEK, "--allow-incomplete"),
    "case cancel": (sample.HEAVY,),
    "case open": (str(sample.enterprises()[0].id), "--again", "--by", "P1"),
    "hold": (sample.CLOSED, "--by", "P1"),
    "inbox alteration": (RECORD, "1", "accepted", "--by", "P1"),
    "inbox accept": (ARRIVAL, "--by", "P1"),
    "inbox link": (ARRIVAL, "--case", sample.CLOSED, "--by", "P1"),
    "inbox mark": (RECORD, "2", "enterprise-seal", "present", "--by", "P1"),
    "inbox reject": (ARRIVAL, "--by", "P1"),
    "inbox retry": (ARRIVAL, "--by", "P1"),
    "inbox split": (ARRIVAL, f"1:{RECORD}", "--by", "P1"),
    "inbox undo": (ARRIVAL, "--by", "P1"),
    "disposal": ("--approved", "{certificate}"),
    "incurable": (sample.CLOSED,),
    "recording assign": ("{recording}", f"{sample.CLOSED}-V1", "--by", "P1"),
    "recording release": ("{recording}", "--by", "P1"),
    "register withdraw": ("training", "x", "--by", "P1"),
    "reissue": (RECORD,),
    "signer change": ("{certificate}",),
    "visit withdraw": (f"{sample.CLOSED}-V1", "--by", "P1"),
    "void": (RECORD,),
    "waive": ("G06-enterprise-seal", sample.CLOSED, "--by", "P1"),
}
"""Each command that takes a reason, with an order that is refused for its reason first."""


def _with_a_reason(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from _with_a_reason(child, (*path, name))
    elif any("--why" in each.opts for each in command.params):
        yield " ".join(path)


def test_every_command_that_takes_a_reason_is_tried() -> None:
    assert set(_with_a_reason(cli)) == set(ORDERS)


@pytest.mark.parametrize("why", ["。。", "啊啊啊啊啊"])
@pytest.mark.parametrize("command", sorted(ORDERS))
def test_no_command_takes_a_reason_that_says_nothing(
    command: str, why: str, run: Run, workspace: Path
) -> None:
    tie(workspace, "P1")
    journal = workspace / "archive" / "ledger" / "journal.jsonl"
    before = journal.read_bytes()
    refused = run(command, *_filled(ORDERS[command], workspace), "--why", why)
    assert isinstance(refused.exception, UsageError), refused.output
    assert f"理由“{why}”没有实质内容" in refused.exception.what
    assert journal.read_bytes() == before


def _filled(order: tuple[str, ...], workspace: Path) -> list[str]:
    """An order with the digest of a film of the world and a certificate's file put in."""
    certificate = workspace / "new.pem"
    if "{certificate}" in order:
        certificate.write_bytes(shared_pki().signer.pem)
    film = next(iter(sample.case_facts().cases[0].recordings)).sha256
    return [each.format(recording=film, certificate=certificate) for each in order]
