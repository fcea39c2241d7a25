"""Pages of the desk's own for what cannot be answered, in the reader's language and with a way back.

They ask neither the database nor the ledger: the page that says something broke must not break as well.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from evidence.web.speech import LANGUAGES, say, speaking

LANGUAGE_COOKIE = "desk_language"
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_log = logging.getLogger("evidence.web")
WORDS = {
    400: ("这个请求看不懂", "地址或表单不完整。没有任何内容被保存。"),
    403: ("这里不能进", "这一页不对您开放。如确有需要，请找项目负责人调整账号。"),
    404: ("没有这一页", "地址可能写错了，或者这份材料不在账上。请回到今日，按企业或编号查找。"),
    405: ("不能这样打开", "这个地址只接受页面上的按钮，不能直接打开。没有任何内容被保存。"),
    413: ("一次送得太多", "请分几次送，或把文件放进收件文件夹。没有任何内容被保存。"),
    500: ("工作台出了差错", "这是程序的问题，不是您的操作。已记入运行日志，请告诉管理员时间和正在做的事。"),
}
"""Headline and advice by status."""


def language_of(request: Any) -> str:
    """The language a reader chose, Chinese for one who chose none."""
    wanted = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return wanted if wanted in LANGUAGES else "zh"


def problem(request: Any, status: int) -> HttpResponse:
    """The page for a status; a program that asked under /api/ gets the words alone."""
    language = language_of(request)
    title, advice = WORDS[status]
    with speaking(language):
        if request.path.startswith("/api/"):
            return HttpResponse(f"{say(title)}\n", status=status, content_type="text/plain; charset=utf-8")
        context = {"title": title, "advice": advice, "status": status, "language": language}
        return HttpResponse(render_to_string("desk/problem.html", context), status=status)


def bad_request(request: Any, exception: Exception) -> HttpResponse:
    """400, or 413 where it is too much rather than wrong."""
    return problem(request, 413 if isinstance(exception, _TOO_MUCH) else 400)


def forbidden(request: Any, exception: Exception) -> HttpResponse:
    """403 that no page of ours explained itself."""
    return problem(request, 403)


def not_found(request: Any, exception: Exception) -> HttpResponse:
    """404."""
    return problem(request, 404)


def broken(request: Any) -> HttpResponse:
    """500; the trace is in the log of the service."""
    _log.error("%s %s", request.method, request.path, exc_info=True)
    return problem(request, 500)


def explained(request: Any, response: Any) -> Any:
    """The response, or the page of our own where it is a bare 405."""
    if response.status_code != 405 or response.streaming or response.content or request.method == "OPTIONS":
        return response
    page = problem(request, 405)
    page.headers["Allow"] = response.headers.get("Allow", "")
    return page


def refusal(status: int, what: str, remedy: str, *, page: str = "") -> JsonResponse:
    """For a script: what is refused, what helps, and the page for it where that is not the sign-in."""
    told = {"what": what, "remedy": remedy}
    return JsonResponse({**told, "page": page} if page else told, status=status)
