"""What stands for a value in usage lines and help, in the reader's language: 案件 for CASE, 文字 for TEXT."""

from __future__ import annotations

import click

from evidence.language import _


def name_placeholders(command: click.Command) -> None:
    """Give options, arguments and the usage line of a command the reader's words.

    What a command names itself (`metavar`), choices and flags stay as they are.
    """
    command.options_metavar = _("[选项]")
    if isinstance(command, click.Group):
        command.subcommand_metavar = _("命令 [参数]...")
    # English writes them in capitals; Chinese has none
    words = {click_s: ours.upper() for click_s, ours in _words().items()}
    context = click.Context(command)
    for param in command.params:
        if param.metavar is not None or isinstance(param.type, click.Choice):
            continue
        if isinstance(param, click.Argument):
            if (word := words.get(param.human_readable_name)) is not None:
                repeated = f"{word}..." if param.nargs != 1 else word
                param.metavar = repeated if param.required else f"[{repeated}]"
        elif isinstance(param, click.Option) and not param.is_flag:
            param.metavar = words.get(param.make_metavar(context))


def _words() -> dict[str, str]:
    """What click writes -> the reader's word."""
    return {
        "ARRIVAL": _("到件"),
        "ARRIVALS": _("到件"),
        "BACKUP": _("备份所在"),
        "BOX": _("签章位置"),
        "CASE": _("案件号"),
        "CASE_ID": _("案件号"),
        "CERTIFICATE": _("证书"),
        "DATE": _("日期"),
        "DESTINATION": _("去处"),
        "DEVICE": _("设备"),
        "DIRECTORY": _("目录"),
        "ENTERPRISE": _("企业"),
        "FILE": _("文件"),
        "FILES": _("文件"),
        "FORM": _("文书"),
        "FORMS": _("文书"),
        "INSTANT": _("时刻"),
        "INTEGER": _("整数"),
        "INTEGER RANGE": _("整数"),
        "KEY": _("密钥"),
        "MAILBOX": _("邮箱"),
        "NAME": _("名称"),
        "NUMBER": _("编号"),
        "OUT": _("输出文件"),
        "OUTPUT": _("输出文件"),
        "PACKAGE": _("移交包"),
        "PAGE": _("页次"),
        "PARTS": _("部分"),
        "PATH": _("路径"),
        "PATHS": _("路径"),
        "PROOF_FILE": _("证明文件"),
        "RECORDING": _("录像编号"),
        "REGISTER": _("台账"),
        "RULE": _("规则"),
        "TARGET": _("目标"),
        "TEXT": _("文字"),
        "VISIT": _("活动"),
        "WEEK": _("周次"),
        "WHAT": _("内容"),
    }
