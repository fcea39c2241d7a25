"""The gate of the telephone's addresses: refusals are JSON, since a script reads them, not a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseNotAllowed

from evidence.domain.identifiers import PersonId
from evidence.errors import EvidenceError
from evidence.web.middleware import role_of
from evidence.web.problems import refusal
from evidence.web.roles import Act, may
from evidence.web.speech import say

Answer = Callable[..., Any]


def inspector(method: str) -> Callable[[Answer], Answer]:
    """Only accounts that may visit, tied to a person of the roster, reach the view by this method.

    The view is called with the request and the person's id.
    """

    def gate(view: Answer) -> Answer:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if request.method != method:
                return HttpResponseNotAllowed((method,))
            if not request.user.is_authenticated:
                return refusal(401, say("登录已失效。"), say("请重新登录；本机上的内容都还在。"))
            if not may(role_of(request), Act.ON_SITE):
                return refusal(403, say("本账号不能登记现场检查。"), say("请找项目负责人调整账号。"))
            person = request.user.seat.roster_id
            if not person:
                return refusal(
                    403, say("本账号没有关联名册中的人员。"), say("请项目负责人在“账号”页关联人员。")
                )
            try:
                return view(request, PersonId(person), *args, **kwargs)
            except EvidenceError as error:
                return refusal(409, error.what, error.remedy)

        return guarded

    return gate
