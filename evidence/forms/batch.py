"""Issuing many forms of which some cannot be made: one bad document never stops the others.

Numbers are printed on the pages and have no gaps, so a form that fails is taken out and the rest is
numbered again; what was rendered already and keeps its number is not rendered twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Sha256
from evidence.errors import EvidenceError
from evidence.forms.issue import try_issue
from evidence.forms.issuer import Issuer
from evidence.forms.source import IssueRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A form that could not be issued."""

    request: IssueRequest
    error: EvidenceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of the requests, each group in their order."""

    issued: tuple[IssuedForm, ...]
    failures: tuple[Failure, ...]


def issue_batch(
    requests: Sequence[IssueRequest], issuer: Issuer, *, now: datetime, actor: str = "forms"
) -> Batch:
    """Issue what can be issued, in one transaction; the rest is named with its reason.

    Raises:
        UsageError: unknown form, case, visit or person: then the list itself is wrong, nothing is issued.
        MissingPartError: LibreOffice or a font is not there.
    """
    left = list(requests)
    failures: dict[int, Failure] = {}
    rendered: dict[Sha256, bytes] = {}
    while left:
        bad: dict[int, EvidenceError] = {}
        made = try_issue(left, issuer, fail=bad.__setitem__, rendered=rendered, now=now, actor=actor)
        if made is not None:
            return Batch(issued=tuple(made), failures=_in_order(failures, requests))
        for index, error in bad.items():
            failures[id(left[index])] = Failure(request=left[index], error=error)
        left = [request for index, request in enumerate(left) if index not in bad]
    return Batch(issued=(), failures=_in_order(failures, requests))


def _in_order(failures: dict[int, Failure], requests: Sequence[IssueRequest]) -> tuple[Failure, ...]:
    return tuple(failures[id(request)] for request in requests if id(request) in failures)
