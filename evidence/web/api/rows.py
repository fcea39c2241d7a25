"""Rows of the programming interface from the ledger's view; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from evidence.domain import document as documents
from evidence.domain.arrival_outcome import as_told
from evidence.domain.case import Case
from evidence.domain.hazard_history import hazard_histories
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Enterprise
from evidence.domain.register import Package
from evidence.ledger.view import Arrival, View
from evidence.rules.clause import Finding
from evidence.rules.parameters import Parameters

Row = dict[str, Any]


def enterprise_row(enterprise: Enterprise) -> Row:
    """Without its people: they are in a stored blob that never leaves."""
    return {
        "id": enterprise.id,
        "name": enterprise.name,
        "short_name": enterprise.short_name,
        "credit_code": enterprise.credit_code,
        "address": enterprise.address,
        "classes": [kind.value for kind in enterprise.classes],
        "headcount": enterprise.headcount,
        "active_from": enterprise.active_from,
        "active_to": enterprise.active_to,
    }


def case_row(case: Case) -> Row:
    """One case."""
    return {
        "id": case.id,
        "enterprise": case.enterprise,
        "kind": case.kind.value,
        "campaign": case.campaign,
        "opened_on": case.opened_on,
        "cancelled_why": case.cancelled_why,
    }


def hazard_rows(view: View, case: CaseId, parameters: Parameters, today: date) -> Iterator[Row]:
    """Hazards of a case as the newest versions of its visits tell them, with the last recheck's word."""
    for history in hazard_histories(view.visits(case), parameters.rectification_days):
        hazard, result = history.hazard, history.result_on(today)
        yield {
            "case": case,
            "visit": history.visit.id,
            "id": hazard.id,
            "item": hazard.item,
            "location": hazard.location,
            "description": hazard.description,
            "basis": hazard.basis,
            "grade": hazard.grade.value,
            "deadline": history.stated_deadline(today),
            "state": result.state.value if result else "",
        }


def document_row(document: documents.Document) -> Row:
    """One issued form with the marks in force."""
    form = document.form
    return {
        "number": form.number,
        "form": form.form,
        "case": form.case,
        "issued_at": form.issued_at,
        "pages": form.pages,
        "missing_pages": list(document.missing_pages),
        "voided_why": form.voided_why,
        "marks": [
            {
                "page": mark.page,
                "box": mark.box,
                "kind": mark.kind.value,
                "role": mark.role,
                "verdict": mark.verdict.value,
            }
            for mark in document.marks
        ],
    }


def finding_row(finding: Finding) -> Row:
    """One finding."""
    subject = finding.subject
    return {
        "rule_id": finding.rule_id,
        "level": finding.level.value,
        "kind": finding.kind.value,
        "blocking": finding.blocking,
        "case": subject.case or None,
        "enterprise": subject.enterprise or None,
        "document": subject.document or None,
        "message": finding.message,
        "due": finding.due,
    }


def package_row(package: Package) -> Row:
    """One package."""
    return {
        "id": package.id,
        "week": package.week,
        "supplement": package.supplement,
        "built_at": package.built_at,
        "sha256": package.sha256,
        "complete": package.complete,
    }


def arrival_row(arrival: Arrival) -> Row:
    """One arrival."""
    judged = arrival.judged
    numbers = [] if judged is None else list(dict.fromkeys(page.number for page in judged.pages))
    return {
        "arrival": arrival.id,
        "path": arrival.path,
        "sha256": arrival.sha256,
        "bytes": arrival.bytes,
        "received_at": arrival.received_at,
        "outcome": as_told(arrival.outcome),
        "reason": arrival.reason,
        "message": arrival.message,
        "numbers": numbers,
    }
