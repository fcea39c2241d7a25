"""How a judged C2PA manifest is shown: its sign, and why one is undecided; pure."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.filetypes.content_credentials import Credentials, Doubt, Standing

DOUBTS: Mapping[Doubt, str] = {
    Doubt.NOT_INSTALLED: "带有内容凭证，但本机没有安装读取它的部件。请管理员安装扩展 [c2pa]。",
    Doubt.REMOTE: "内容凭证不在文件里，据称在网上；本程序不上网去取：",
    Doubt.DAMAGED: "内容凭证残缺，读不出来。",
    Doubt.NOT_VALID: "内容凭证的签名或证书不合格：",
    Doubt.BOUNDS: "读取内容凭证超出了允许的时间或内存。",
    Doubt.MISSING: "文件不在登记的位置，没有读到。",
    Doubt.BUSY: "正在读另一份文件的内容凭证，请稍后再看。",
}


def state_of(found: Credentials) -> tuple[str, str]:
    """Sign and class: green only where somebody known vouches for these very bytes."""
    if found.standing is Standing.CONTRADICTED:
        return "✕", "missing"
    if found.standing is Standing.INTACT and found.known:
        return "●", "present"
    return "◐", "undecided"
