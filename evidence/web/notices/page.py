"""What a person wants to hear of: a card on 我的账号, and what the browser asks for while a page is open."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from evidence.errors import InputError
from evidence.web.access import note
from evidence.web.access_kinds import What
from evidence.web.middleware import role_of
from evidence.web.models import NoticeWish
from evidence.web.notices.due import Person, new_at_once, wanted
from evidence.web.notices.kinds import KINDS, WHEN_WORDS, When, when
from evidence.web.notices.message import words_of
from evidence.web.pages import page
from evidence.web.roles import ROLE_WORDS, Act, may
from evidence.web.speech import say
from evidence.web.today import whole_list
from evidence.web.worklist import Worklist


def card(request: Any) -> dict[str, Any]:
    """What the card shows: the address, and each kind with when it is told."""
    wish = _wish(request)
    return {
        "wish": wish,
        "by_mail": bool(request.desk.workspace.settings.notices.host),
        "sees": may(role_of(request), Act.SEE),
        "notice_kinds": [(kind, words, when(kind, wish.kinds).value) for kind, words in KINDS.items()],
        "notice_times": [(each.value, words) for each, words in WHEN_WORDS.items()],
    }


@page(None, "POST")
def wishes(request: Any) -> Any:
    """Keep what the card says; what stands on the list already is no news."""
    wish = _wish(request)
    address = request.POST.get("address", "").strip()
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise InputError(
            say("这不是电子邮箱地址：{text}").format(text=address[:80]),
            remedy=say("请改成 name@example.cn 这样的地址；不想收邮件的，留空。"),
        ) from error
    if address != wish.address:
        note(request, What.ADDRESS, "", f"{wish.address[:30] or '—'} → {address[:30] or '—'}")
    wish.address, wish.language = address, request.language
    wish.kinds = {kind: When(said).value for kind in KINDS if (said := request.POST.get(kind)) in set(When)}
    at_once = wanted(whole_list(request.desk.board), _person(request, wish), {When.AT_ONCE})
    # read again: what the rounds wrote down meanwhile was sent
    told = [*_wish(request).told, *(line.key for line in at_once)]
    NoticeWish.objects.update_or_create(
        owner=request.user,
        defaults={
            "address": wish.address,
            "language": wish.language,
            "kinds": wish.kinds,
            "told": list(dict.fromkeys(told)),
        },
    )
    messages.success(request, say("通知方式已更新。"))
    return redirect("account")


@page(Act.SEE)
def urgent(request: Any) -> Any:
    """What is told at once and stands on the person's list; the browser remembers what it has shown."""
    board, made = request.desk.board, Worklist()
    if board.ready(board.this_week()):
        made = whole_list(board)
    lines = new_at_once(made, _person(request, _wish(request)), ())
    told = [
        {"key": line.key, "words": words_of(line), "url": reverse("deed", args=[line.key])} for line in lines
    ]
    return JsonResponse(
        {"lines": told, "title": say("新的待办"), "many": say("新的待办 {count} 件"), "all": reverse("today")}
    )


def _wish(request: Any) -> NoticeWish:
    found = NoticeWish.objects.filter(owner=request.user).first()
    return found or NoticeWish(owner=request.user)


def _person(request: Any, wish: NoticeWish) -> Person:
    role = role_of(request)
    return Person(
        name=str(request.user.seat.person), role=ROLE_WORDS[role] if role else "", wishes=dict(wish.kinds)
    )
