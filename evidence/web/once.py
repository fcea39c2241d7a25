"""Each form of the desk carries a key of its own: however often it is sent, it acts once.

A form without a key is refused: nobody could tell its second sending from its first. The first sending acts;
the others wait for it and are led to where it led. A sending that led nowhere (a mistake in the form, a
fragment for htmx) may be sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from evidence.web.models import Submission

FIELD = "once"
_KEPT = timedelta(days=1)
_PATIENCE_S = 10.0
_LOOK_S = 0.05


def acting_once(request: Any, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what a sent form asks for, unless the same form was sent before.

    Returns:
        What the act answers, where its first sending led, or 400 with the reason when there is no key.
    """
    sent = str(request.POST.get(FIELD, "")).strip()
    if not sent:
        return render(request, "desk/keyless.html", status=400)
    key = f"{request.user.pk}:{request.path}:{sent}"[:255]
    Submission.objects.filter(at__lt=timezone.now() - _KEPT).delete()
    try:
        with transaction.atomic():
            mine = Submission.objects.create(key=key)
    except IntegrityError:
        return _led(request, key)
    try:
        response = act()
    except BaseException:
        mine.delete()
        raise
    if isinstance(response, HttpResponseRedirect):
        mine.location = response.url
        mine.save(update_fields=["location"])
    else:
        mine.delete()
    return response


def _led(request: Any, key: str) -> HttpResponse:
    """Where the first sending led, as soon as it is known."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        known = Submission.objects.filter(key=key).first()
        if known is None:
            break
        if known.location:
            return HttpResponseRedirect(known.location)
        time.sleep(_LOOK_S)
    return render(request, "desk/sent.html", status=409)
