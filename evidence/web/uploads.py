"""Scans and films that a page sends to the inbox in parts; its script reads the answers, so they are JSON."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from evidence.config import Workspace
from evidence.inbox.names import is_ignored, why_ignored
from evidence.web.middleware import role_of
from evidence.web.names import safe_name
from evidence.web.pages import page
from evidence.web.problems import refusal
from evidence.web.resuming import OtherBytesError, Range, TooLargeError
from evidence.web.roles import Act, may
from evidence.web.speech import say
from evidence.web.templatetags.desk import size
from evidence.web.unfinished import NoRoomError, Noted, TooManyError, Unfinished
from evidence.web.wording import sentence_words

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def unfinished(workspace: Workspace, account: Any) -> Unfinished:
    """What an account has on its way."""
    settings = workspace.settings.inbox
    return Unfinished(
        folder=workspace.root / "desk" / "uploads" / str(account.pk),
        inbox=workspace.inbox,
        most_of_account=settings.max_unfinished_bytes,
        most_of_all=settings.max_unfinished_total_bytes,
    )


@require_http_methods(["GET", "PUT", "DELETE"])  # type: ignore[untyped-decorator]
def part(request: Any, key: str) -> Any:
    """Ask how much of a file is here, bring a part of it, or give it up.

    Args:
        key: 64 hexadecimal digits by which the browser knows the file again.
    """
    if not request.user.is_authenticated:
        return refusal(401, say("登录已失效。"), say("请另开窗口重新登录，再按“重试”；已送到的都在。"))
    if not may(role_of(request), Act.UPLOAD):
        return refusal(403, say("本账号不能放入文件。"), say("请找项目负责人调整账号。"))
    if not _DIGEST.fullmatch(key):
        return _unread()
    known = unfinished(request.desk.workspace, request.user)
    if request.method == "PUT":
        return _bring(request, known, key)
    if request.method == "DELETE":
        known.drop(key)
        return HttpResponse(status=204)
    if known.arrived(key, request.GET.get("sending", "")):
        return JsonResponse({"here": True})
    # signing in again changes the token, and a page that waits must not be loaded anew
    told = {"here": False, "have": known.partial(key).have, "token": get_token(request)}
    return JsonResponse(told)


@page(Act.UPLOAD, "POST")
def drop(request: Any, key: str) -> Any:
    """Give up a file whose page was left."""
    if not _DIGEST.fullmatch(key):
        raise Http404
    unfinished(request.desk.workspace, request.user).drop(key)
    messages.success(request, say("已丢弃没有送完的部分。"))
    return redirect("inbox")


def _bring(request: Any, known: Unfinished, key: str) -> JsonResponse:
    again = say("请按“重试”；已送到的部分都在。")
    try:
        return _taken(request, known, key)
    except TooLargeError:
        most = size(request.desk.workspace.settings.inbox.max_footage_bytes)
        return refusal(413, say("文件太大，超过了 {most}。").format(most=most), say("请分成几个文件再送。"))
    except TooManyError:
        what = say("没有送完的文件太多，超过了上限。")
        return refusal(413, what, say("请先送完或丢弃“没有送完的文件”里的文件，再按“重试”。"))
    except NoRoomError:
        return _full()
    except OtherBytesError:
        what = say("收到的内容与所选的文件不符，没有放入收件夹。")
        return refusal(409, what, say("请确认文件没有被别的程序改动，再按“重试”，从头送一遍。"))
    except OSError as error:
        if error.errno in _FULL:
            return _full()
        return refusal(500, say("服务器没有写成文件。"), again)


def _taken(request: Any, known: Unfinished, key: str) -> JsonResponse:
    """202 and 409 say how much of it is here (`have`), 201 that it is in the inbox."""
    most = request.desk.workspace.settings.inbox.max_footage_bytes
    ranged = Range.read(request.headers.get("Content-Range", ""), most=most)
    name, sending, digest = (request.GET.get(each, "") for each in ("name", "sending", "digest"))
    if ranged is None or not name or (ranged.end == ranged.total and not _DIGEST.fullmatch(digest)):
        return _unread()
    noted = Noted(name=safe_name(Path(name).name), total=ranged.total, sending=sending[:64])
    if is_ignored(noted.name):
        why = sentence_words(why_ignored(noted.name))
        return refusal(400, say("收件夹不收这样命名的文件（{why}）。").format(why=why), say("请改名后再送。"))
    have = known.take(key, ranged, request, whole=noted, digest=digest)
    if have == ranged.total == ranged.end or (not have and known.arrived(key, sending)):
        return JsonResponse({"here": True}, status=201)
    return JsonResponse({"here": False, "have": have}, status=202 if have == ranged.end else 409)


def _full() -> JsonResponse:
    what = say("服务器的磁盘满了，文件放不下。")
    return refusal(507, what, say("请告诉管理员腾出空间，再按“重试”；已送到的部分都在。"))


def _unread() -> JsonResponse:
    return refusal(400, say("内容无法读取。"), say("请更新页面，再选一次这个文件。"))
