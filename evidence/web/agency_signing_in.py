"""Signing in through the agency's own directory: OpenID Connect and LDAP.

The second factor of the desk is not asked: who vouches for a person asks for as much as the agency wants.
What fails counts like a wrong password of the desk, so that no way is open to guessing beside the other.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth import get_user_model, login
from django.contrib.auth.signals import user_login_failed
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from evidence.errors import EvidenceError
from evidence.identity import ldap as by_ldap
from evidence.identity import oidc as by_oidc
from evidence.identity.identity import Identity, NotVouchedError, mapped_role
from evidence.web.access import turned_away
from evidence.web.access_kinds import NOT_LET_IN
from evidence.web.agency_account import account_of, counted_as
from evidence.web.roles import Role
from evidence.web.signing_in import BACKEND, guessing, refused, to_own, ways

_WAITING = "waits-for-provider"
"""Session: what fits the answer of the provider; of the last sign-in that was begun in this browser."""
_BACK_WITHIN_S = 600
_ACCOUNT = re.compile(r"[\w.@+' -]{1,64}")
"""Signs of an account. A directory ignores others, and one account under many spellings would be guessed at
under a count of its own each time."""
_STRANGER = "openid-connect"
"""Under which name the answers are counted that prove nobody."""
_asking = BoundedSemaphore(2)
"""A slow provider takes two of the desk's threads and no more: the pages go on."""
_ASKED_WITHIN_S = 1
_log = logging.getLogger("evidence.web")


class _BusyError(Exception):
    """Others are asking already."""


@require_safe  # type: ignore[untyped-decorator]
def oidc(request: Any) -> Any:
    """To the provider."""
    settings = request.desk.workspace.settings.oidc
    if not settings.issuer:
        raise Http404
    if guessing(request, ""):
        return render(request, "desk/locked.html", status=429)
    try:
        with _taking_turns(wait_s=0):  # anybody may ask for this page, any number of times
            address, waiting = by_oidc.begin(settings, request.desk.workspace.root, _way_back(request))
    except (EvidenceError, _BusyError) as error:
        return _not_asked(request, error)
    request.session[_WAITING] = {
        **asdict(waiting), "at": time.time(), "next": request.GET.get("next", "")[:2000],
    }  # fmt: skip
    return HttpResponseRedirect(address)


@require_safe  # type: ignore[untyped-decorator]
def oidc_back(request: Any) -> Any:
    """From the provider: each sign-in that was begun is answered once."""
    settings = request.desk.workspace.settings.oidc
    if not settings.issuer:
        raise Http404
    kept = request.session.pop(_WAITING, None)
    if kept is None or time.time() - float(kept["at"]) > _BACK_WITHIN_S:
        return _problem(request, "unproven")  # counted for nobody: any page of the net can lead here
    if guessing(request, ""):
        return render(request, "desk/locked.html", status=429)
    waiting = by_oidc.Waiting(state=kept["state"], nonce=kept["nonce"], verifier=kept["verifier"])
    try:
        with _taking_turns():
            identity = by_oidc.finish(
                settings, request.desk.workspace.root, _way_back(request), waiting, request.GET.dict()
            )
    except NotVouchedError as error:
        _log.warning("oidc: %s", error.what)
        if "error" not in request.GET:  # who cancels guesses nothing
            _count(request, _STRANGER, "oidc")
        return _problem(request, "unproven")
    except (EvidenceError, _BusyError) as error:
        return _not_asked(request, error)
    return _enter(request, identity, settings.roles, kept["next"])


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]
def ldap(request: Any) -> Any:
    """Account and password of the agency's directory, from the sign-in page."""
    settings = request.desk.workspace.settings.ldap
    if not settings.host:
        raise Http404
    if request.method == "GET":
        return redirect("login")
    account = _spelt(request.POST.get("account", ""))
    counted = counted_as(account)
    if refused(request, counted):
        return render(request, "desk/locked.html", status=429)
    back = request.POST.get("next", "")
    try:
        with _taking_turns():
            identity = by_ldap.authenticate(
                settings,
                request.desk.workspace.root,
                account if _ACCOUNT.fullmatch(account) else "",  # which is refused before anybody is asked
                request.POST.get("password", ""),
            )
    except NotVouchedError:
        _count(request, counted, "ldap")
        if refused(request, counted):
            return render(request, "desk/locked.html", status=429)
        context = {"ldap_wrong": True, "next": back, **ways(request)}
        return render(request, "desk/login.html", context)
    except (EvidenceError, _BusyError) as error:
        return _not_asked(request, error)
    return _enter(request, identity, settings.spelt_roles, back)


def _enter(request: Any, identity: Identity, roles: Mapping[str, str], back: str) -> Any:
    """Let somebody in who is proven, has a role and was not switched off here."""
    role = mapped_role(identity.groups, roles)
    if not role:
        turned_away(request, identity.account, identity.way)
        return _problem(request, "no_role")
    user = account_of(request, identity, Role(role))
    if not user.is_active:
        turned_away(request, user.get_username(), identity.way)
        return _problem(request, "off")
    login(request, user, backend=BACKEND)
    return to_own(request, back)


def _spelt(account: str) -> str:
    """An account as the directory compares it: case, width and blanks are no difference."""
    return " ".join(get_user_model().normalize_username(account).split()).casefold()


@contextmanager
def _taking_turns(wait_s: float | None = None) -> Iterator[None]:
    if not _asking.acquire(timeout=_ASKED_WITHIN_S if wait_s is None else wait_s):
        raise _BusyError
    try:
        yield
    finally:
        _asking.release()


def _way_back(request: Any) -> str:
    return str(request.build_absolute_uri(reverse("oidc-back")))


def _count(request: Any, account: str, way: str) -> None:
    """As a wrong password of the desk is counted."""
    credentials = {"username": account, "way": way}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def _not_asked(request: Any, error: Exception) -> Any:
    """The page for a directory that could not be asked; why is in the log, not for strangers."""
    if isinstance(error, _BusyError):
        return _problem(request, "busy")
    _log.error("%s", error)
    return _problem(request, "down")


def _problem(request: Any, why: str) -> Any:
    status, title, advice = NOT_LET_IN[why]
    return render(request, "desk/not_signed_in.html", {"title": title, "advice": advice}, status=status)
