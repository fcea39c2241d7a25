"""Words of sign-ins and accounts: what is written down of them, and why somebody is not let in."""

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


WAYS = {"oidc": "单位登录服务", "ldap": "单位目录"}
"""Who vouched, where it was not a password of the desk."""
NOT_LET_IN = {
    "down": (
        503,
        "单位的登录服务没有应答",
        "这不是您的操作有误。请过一会儿再试；急用的，请用本地账号登录，并告诉管理员。",
    ),
    "busy": (503, "同时登录的人太多", "请过几秒钟再试。"),
    "unproven": (
        403,
        "这次登录没有成功",
        "可能是中途取消、等得太久，或同时开了两个登录页。请从登录页重新开始；仍不行的，请告诉管理员。",
    ),
    "no_role": (
        403,
        "您在工作台还没有角色",
        "单位认得您，但没有给您工作台的角色。请找项目负责人，由单位的管理员把您加入相应的组，再登录一次。",
    ),
    "off": (403, "这个账号已停用", "如需恢复，请找项目负责人。"),
}
"""Why somebody is not let in -> status, headline and advice."""
