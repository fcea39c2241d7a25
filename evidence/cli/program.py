"""The command line proper: click's commands, found and imported one at a time, and every error in words."""

from __future__ import annotations

import errno
import importlib
import inspect
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence import __version__
from evidence.cli.commands import COMMANDS
from evidence.cli.help_layout import EvenColumns
from evidence.cli.output import progress
from evidence.cli.placeholders import name_placeholders
from evidence.cli.streams import holds_chinese, lost_output
from evidence.cli.whereabouts import workspace_option
from evidence.errors import EvidenceError, ExitCode, MissingPartError, UsageError
from evidence.language import _, speaking_to, teach_click
from evidence.release import BASE_COMMANDS, DISTRIBUTION, install_command, lacks_agency_part, part_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

teach_click()  # before options are declared: click words some of them at once
click.Context.formatter_class = EvenColumns

NO_ROOM_OR_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO}
"""Refusals of the machine, not bugs: the same exit code as `doctor` has for them."""


def _in_readers_language(command: click.Command) -> click.Command:
    """Help texts are docstrings; they are translated when a command is first looked up.

    Every command and every group takes `--workspace`, so that a script may pass it always and
    anywhere on the line; the few that work without a workspace have no use for it.
    """
    if command.help:
        command.help = _(inspect.cleandoc(command.help))
    if not any("--workspace" in option.opts for option in command.params):
        command.params.append(workspace_option())
    name_placeholders(command)
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _in_readers_language(child)
    return command


class LazyGroup(click.Group):
    """Imports a command's module on first use, so that `evidence --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in BASE_COMMANDS and (lacking := lacks_agency_part()):
            raise _not_installed(lacking)
        module = importlib.import_module(f"evidence.cli.{COMMANDS[cmd_name].module}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return _in_readers_language(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the line's first word; click suggests only commands it has imported."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as unknown:
            raise click.exceptions.NoSuchCommand(
                args[0], possibilities=self.list_commands(ctx), ctx=ctx
            ) from unknown

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Short help from the table below, without importing anything."""
        with formatter.section(_("命令")):
            formatter.write_dl([(name, _(each.summary)) for name, each in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What Tab offers after `evidence`, again without importing the commands."""
        from click.shell_completion import CompletionItem

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        offered = [CompletionItem(name, help=_(COMMANDS[name].summary)) for name in names]
        return [*offered, *click.Command.shell_complete(self, ctx, incomplete)]


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="evidence", message=f"%(prog)s %(version)s ({DISTRIBUTION})")
def cli() -> None:
    """安全检查全过程证据：扫描入账、合同核对、每周移交、数字签名与验证。

    \b
    例：evidence check --week 2022-W13
    """


def run(arguments: Sequence[str]) -> None:
    """Run one command; the only place that turns an error into a message and an exit code."""
    with spoken_language():
        teach_click()
        _in_readers_language(cli)
        code = _run(arguments)
        if (lost := lost_output()) is not None:
            refused = _in_words(lost)
            _refuse(refused)
            code = code or refused.exit_code
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(args=arguments, prog_name="evidence", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as question:
        question.show()
        return ExitCode.USAGE
    except click.ClickException as mistake:
        _refuse(_misused(mistake))
        return ExitCode.USAGE
    except click.Abort as stop:
        return _stopped(stop.__cause__ or stop.__context__)
    except KeyboardInterrupt as stop:
        return _stopped(stop)
    except EvidenceError as error:
        _refuse(error)
        return error.exit_code
    except Exception as unforeseen:
        told = _in_words(unforeseen)
        _refuse(told)
        return told.exit_code
    return code if isinstance(code, int) else ExitCode.DONE


def spoken_language() -> AbstractContextManager[None]:
    """English where the terminal has no Chinese characters at all, else as the reader chose."""
    return nullcontext() if holds_chinese() else speaking_to("en")


def _stopped(cause: BaseException | None) -> int:
    """A person stopped the command, or a question was asked where nobody can answer."""
    if isinstance(cause, EOFError):
        _refuse(UsageError(_("这里需要有人回答，而输入已经结束。"), remedy=_("请在终端中运行。")))
        return ExitCode.USAGE
    progress(_("已中止。"))
    return ExitCode.INTERRUPTED


def _refuse(why: object) -> None:
    progress(f"✕ {why}")


def _misused(mistake: click.ClickException) -> str:
    """What is wrong with the line as typed, and where its help is."""
    context: Any = getattr(mistake, "ctx", None)
    command = context.command_path if context is not None else "evidence"
    return f"{mistake.format_message()}\n" + _("写法见 {command} --help。").format(command=command)


def _not_installed(module: str) -> MissingPartError:
    """A part that only a larger installation has."""
    return MissingPartError(
        _("这一部分没有安装（缺少 {name}）。").format(name=module),
        remedy=_("请用交付的安装文件运行：{command}").format(command=install_command(part_of(module))),
    )


def _missing_module(error: BaseException | None) -> str:
    """The optional module whose absence is behind an error; empty when that is not what happened."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__ or error.__context__
    name = (error.name or "") if error is not None else ""
    return name if part_of(name) else ""


def _in_words(error: Exception) -> EvidenceError:
    """What nobody foresaw, as one paragraph; EVIDENCE_TRACE names a file for Python's own report."""
    if module := _missing_module(error):
        return _not_installed(module)
    if trace := os.environ.get("EVIDENCE_TRACE"):
        import traceback

        with suppress(OSError), Path(trace).open("a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, OSError):
        reason = reason.__context__
    if reason is not None and reason.strerror:
        from evidence.foreign import reason_of

        refused = MissingPartError if reason.errno in NO_ROOM_OR_RIGHTS else EvidenceError
        return refused(
            _("读写文件失败：{reason}。").format(reason=reason_of(reason)),
            where=str(reason.filename or ""),
            remedy=_(
                "请检查该路径是否存在、有无权限、磁盘是否已满，然后重新运行；evidence doctor 可查原因。"
            ),
        )
    return EvidenceError(
        _("程序内部出错：{kind}：{message}").format(kind=type(error).__name__, message=error),
        remedy=_("请设置环境变量 EVIDENCE_TRACE=trace.txt 后重新运行，把该文件交给维护人员。"),
    )
