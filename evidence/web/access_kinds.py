"""What is written down of sign-ins and accounts."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """What happened; values are the words of the list."""

    IN = "登录"
    FAILED = "登录未成"
    LEFT = "退出"
    PASSWORD = "更改密码"  # noqa: S105
    FACTOR_ON = "启用动态口令"
    FACTOR_OFF = "停用动态口令"
    MADE = "建立账号"
    RESET = "重设密码"
    ROLE = "更改角色"
    NAME = "更改姓名"
    PERSON = "更改关联人员"
    ADDRESS = "更改通知邮箱"
    ON = "启用账号"
    OFF = "停用账号"
    UNLOCKED = "解除锁定"
