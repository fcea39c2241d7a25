"""Is this machine fit for the work? Every finding comes with its remedy.

A check returns True (good), False (must be mended) or None (works, but a person should know).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from evidence.bundles.signers import SigningKey, open_key
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.config import Workspace
from evidence.errors import EvidenceError
from evidence.health import conditions as health
from evidence.health.authority import ask_authority
from evidence.health.model import Condition
from evidence.language import _

FONTS = {
    "Noto Serif CJK SC": "fonts-noto-cjk",
    "AR PL UMing CN": "fonts-arphic-uming",
    "AR PL UKai CN": "fonts-arphic-ukai",
    "DejaVu Sans": "fonts-dejavu-core",
}
"""Font family -> Debian package; pagination of the forms depends on them."""
EXPIRES_SOON = timedelta(days=60)


def examine(workspace: Workspace) -> Iterator[Condition]:
    """All checks, quick ones first. A check that itself fails is a finding, not a crash."""
    checks: tuple[Callable[[Workspace], Iterator[Condition]], ...] = (
        _folders,
        _inbox,
        _office,
        _fonts,
        _templates,
        _ledger,
        _key,
        _authority,
        _oidc,
        _ldap,
        _routine,
    )
    for check in checks:
        try:
            yield from check(workspace)
        except (EvidenceError, OSError) as error:
            yield Condition(
                name=check.__name__.strip("_"),
                good=False,
                message=str(error),
                remedy=getattr(error, "remedy", "") or _("请联系管理员。"),
            )


def _folders(workspace: Workspace) -> Iterator[Condition]:
    folder = workspace.archive
    good = folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    yield Condition(
        name="archive",
        good=good,
        message=(_("{folder} 可读写") if good else _("{folder} 不可读写")).format(folder=folder),
        remedy="" if good else _("请运行 evidence init，或请管理员开放该目录的读写权限。"),
    )
    private = workspace.root / "keys"
    loose = [
        path
        for path in private.rglob("*")
        if path.suffix in {".p12", ".password"} and path.stat().st_mode & 0o077
    ]
    for path in loose:
        yield Condition(
            name="keys",
            good=False,
            message=_("{path} 可被他人读取").format(path=path),
            remedy=f"chmod 600 {path}",
        )


def _inbox(workspace: Workspace) -> Iterator[Condition]:
    """Entries that intake cannot look into; the rest is taken all the same."""
    from evidence.inbox.inbox_listing import look

    if not workspace.inbox.is_dir():
        return  # said already
    for sighting in look(workspace.inbox).sightings:
        if sighting.trouble:
            yield Condition(
                name="inbox",
                good=None,
                message=f"{sighting.name}：{sighting.trouble}",
                remedy=_("请开放权限、缩短路径或移走；其他文件照常接收。"),
            )


def _office(workspace: Workspace) -> Iterator[Condition]:
    command = workspace.settings.forms.office
    found = shutil.which(command)
    version = ""
    if found:
        done = subprocess.run(
            [found, "--version"], capture_output=True, text=True, timeout=60, check=False, cwd=workspace.root
        )  # its script changes to where it was called, which need not be readable
        version = done.stdout.strip()
    if found and not version:
        yield Condition(
            name="libreoffice",
            good=False,
            message=_("LibreOffice 在，但没有运行起来：{why}").format(
                why=done.stderr.strip()[:200] or done.returncode
            ),
            remedy=_("请检查运行账号的主目录（HOME）是否可写，再运行 soffice --version。"),
        )
        return
    yield Condition(
        name="libreoffice",
        good=bool(version),
        message=version or _("没有找到 LibreOffice（{command}）").format(command=command),
        remedy="" if version else "sudo apt-get install --no-install-recommends libreoffice-writer-nogui",
    )


def _fonts(workspace: Workspace) -> Iterator[Condition]:
    del workspace
    if shutil.which("fc-list") is None:
        yield Condition(
            name="fonts", good=False, message=_("没有 fontconfig"), remedy="sudo apt-get install fontconfig"
        )
        return
    families = subprocess.run(
        ["fc-list", ":", "family"], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    for family, package in FONTS.items():
        there = family in families
        yield Condition(
            name="fonts",
            good=there,
            message=_("字体 {family}").format(family=family)
            if there
            else _("缺少字体 {family}").format(family=family),
            remedy="" if there else f"sudo apt-get install {package}",
        )


def _templates(workspace: Workspace) -> Iterator[Condition]:
    forms = workspace.catalogue().forms
    yield Condition(name="templates", good=True, message=_("文书模板 {count} 种").format(count=len(forms)))


def _ledger(workspace: Workspace) -> Iterator[Condition]:
    from evidence.archive.originals import SET_ASIDE
    from evidence.forms.leftovers import settle_archive

    ledger, code = workspace.ledger_as_found, workspace.settings.contract.code
    settled = settle_archive(ledger, code, workspace.issued, workspace.originals)
    yield Condition(
        name="ledger",
        good=True,
        message=_("账本 {size} 条，链完整，与档案相符").format(size=settled.agreement.lines),
    )
    for place in settled.moved:
        folder = f"{place.partition('/')[0]}/{SET_ASIDE}"
        yield Condition(
            name="leftover",
            good=None,
            message=_("没有账目的文件：{place}，已移到 {folder}").format(place=place, folder=folder),
            remedy=_("是中断留下的，不作数，也不妨碍工作；没有删除，核对后可移走。"),
        )
    for place in settled.kept:
        yield Condition(
            name="leftover",
            good=None,
            message=_("没有账目的文件：{place}").format(place=place),
            remedy=_("是中断留下的，不作数，也不妨碍工作；核对后可移走。"),
        )


def _key(workspace: Workspace) -> Iterator[Condition]:
    try:
        with open_key(workspace.settings.signer, workspace.root) as key:
            until: datetime = key.certificate["tbs_certificate"]["validity"]["not_after"].native
            soon = until - datetime.now(UTC) < EXPIRES_SOON
            name, evaluation, digest = key.name, key.evaluation, key.certificate.sha256.hex()
            doubts = tuple(_doubts(workspace, key))
    except KeyUnusableError as error:
        yield Condition(name="key", good=False, message=error.what, remedy=error.remedy)
        return
    yield Condition(
        name="key",
        good=None if soon or evaluation else True,
        message=_("签名证书 {name}，有效至 {until}").format(name=name, until=until.date()),
        remedy=_("仅供试用，正式移交前请换上正式证书。")
        if evaluation
        else _("请尽快续期；换上新证书之前，先用旧密钥登记：evidence signer change 新证书.pem --why 原因")
        if soon
        else "",
    )
    yield from doubts
    yield from _journalled_signer(workspace, digest)


def _doubts(workspace: Workspace, key: SigningKey) -> Iterator[Condition]:
    """What will make the auditor's `verify` say INDETERMINATE, known before anything is signed."""
    from evidence.handover.package import open_signing
    from evidence.handover.self_check import foreseen

    signing = open_signing(workspace.handover, key, lambda: datetime.now(UTC))
    for each in foreseen(signing, asking=False):
        yield Condition(
            name="level",
            good=None,
            message=_("{why}移交清单达不到 {level}，验证人只能得出 INDETERMINATE。").format(
                why=each.message, level=workspace.settings.signer.list_level
            ),
            remedy=_("请更新吊销列表、接通时间戳服务后再制作移交包。"),
        )


def _journalled_signer(workspace: Workspace, digest: str) -> Iterator[Condition]:
    """Whether the configured certificate is the one that the journal expects to sign next."""
    from evidence.handover.signer_change import signer_in_force

    expected = signer_in_force(workspace.ledger_as_found)
    if expected is None or expected == digest:
        return
    yield Condition(
        name="signer",
        good=False,
        message=_(
            "配置的签名证书（SHA-256 {digest}）不是账本登记的那张（{expected}），用它签的包不能被认定"
        ).format(digest=digest, expected=expected),
        remedy=_(
            "请把 [signer] 改回旧密钥，运行 evidence signer change 新证书.pem --why 原因，再换上新密钥；"
            "旧密钥不能用时，用 evidence signer statement 写出声明请监管部门签名。"
        ),
    )


def _authority(workspace: Workspace) -> Iterator[Condition]:
    """Asked anew: what it answered yesterday helps nobody today; its clock is compared with this one."""
    settings = workspace.settings.timestamp
    if not settings.url and not settings.local:
        return  # `_routine` says it
    why = ask_authority(workspace)
    yield Condition(
        name="timestamp",
        good=not why,
        message=why or _("时间戳服务正常，与本机时钟一致"),
        remedy=_("请检查网络和 evidence.toml 的 [timestamp]；在它恢复之前做出的包不能认定为有效。")
        if why
        else "",
    )


def _oidc(workspace: Workspace) -> Iterator[Condition]:
    """Whether the agency's provider describes itself as configured; what it misses only weakens it."""
    settings = workspace.settings.oidc
    if not settings.issuer:
        return
    from evidence.identity.oidc import discovered

    methods = discovered(settings, workspace.root).get("code_challenge_methods_supported")
    guarded = isinstance(methods, list) and "S256" in methods
    yield Condition(
        name="oidc",
        good=True if guarded else None,
        message=_("工作台可用单位的登录服务（OpenID Connect）登录：{issuer}").format(issuer=settings.issuer)
        if guarded
        else _("登录服务没有说支持 PKCE（S256），授权码被截走时少一道防护。"),
        remedy="" if guarded else _("请让登录服务的管理员启用 PKCE。"),
    )


def _ldap(workspace: Workspace) -> Iterator[Condition]:
    """Whether the agency's directory answers, and people can be looked up in it."""
    settings = workspace.settings.ldap
    if not settings.host:
        return
    from evidence.identity.ldap import look

    found = look(settings, workspace.root)
    words = (
        _("工作台可用单位目录（LDAP）的账号登录：{host}")
        if found
        else _("单位目录（LDAP）{host} 连得上；没有查人的账号，要有人登录才知道能否查到人。")
    )
    yield Condition(
        name="ldap",
        good=True if found else None,
        message=words.format(host=settings.host),
        remedy="" if found else _("请让一个人试着登录；要在这里检查，请配置 bind_dn。"),
    )


def _routine(workspace: Workspace) -> Iterator[Condition]:
    """What the watcher keeps an eye on, too."""
    for each in health.conditions(workspace, workspace.clock()):
        if each.name != "journal" and not (each.name == "timestamp" and each.good is not None):
            yield each
