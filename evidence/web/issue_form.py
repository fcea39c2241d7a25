"""What may be typed into a form before it is issued, beside what the ledger fills in; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.forms.declaration import FieldKind, FormDeclaration
from evidence.forms.visit_tables import ESCALATION, KINDS

_OURS = frozenset({"编号", "页眉单位"})
"""Filled in by the program alone."""
_CHOICES = {("questionnaire", "来源"): ("企业", "监管部门")}
_LONG = 30
"""Half widths that a field on one line shows; a Chinese character or a ticked box takes two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One field of a form, with what the program would print."""

    name: str
    label: str
    value: str
    long: bool
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table of the form that the program makes from the ledger, shown as it will be printed."""

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def fields_of(form: FormDeclaration, known: Mapping[str, Any]) -> tuple[list[Blank], list[Listing]]:
    """What may be typed, and the tables that are only shown.

    Args:
        form: its declaration.
        known: values by field name as the program would fill them in.
    """
    blanks, listings = [], []
    for declared in form.fields:
        value = known.get(declared.name)
        if declared.name in _OURS or declared.fixed:
            continue
        if declared.kind is FieldKind.TEXT:
            text = value if isinstance(value, str) else ""
            blanks.append(
                Blank(
                    name=declared.name,
                    label=declared.label,
                    value=text.strip("＿ "),
                    long=_half_widths(text) > _LONG or "\n" in text,
                    required=declared.required,
                    choices=_CHOICES.get((form.id, declared.name), ()),
                )
            )
        elif declared.kind is FieldKind.LIST and isinstance(value, list) and value:
            columns = [item.name for item in declared.items if item.kind is FieldKind.TEXT]
            rows = tuple(
                tuple(str(row.get(name, "")) if isinstance(row.get(name), str) else "" for name in columns)
                for row in value
            )
            listings.append(Listing(label=declared.name, headings=tuple(columns), rows=rows))
    return blanks, listings


def _half_widths(text: str) -> int:
    return sum(1 if each.isascii() else 2 for each in text)


def given(form: FormDeclaration, sent: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, str]:
    """What a person typed over what the program knows; only fields of the form, only where they differ."""
    values = {}
    for blank in fields_of(form, known)[0]:
        text = sent.get(f"value|{blank.name}")
        if text is None:
            continue
        clean = text.replace("\r\n", "\n").strip()
        if clean != blank.value:
            values[blank.name] = clean
    return values


def first_step(form: FormDeclaration) -> str:
    """What has to be entered before this form can be filled in; empty when nothing has to."""
    if form.id == "escalation-report":
        return ESCALATION
    words = {value: word for word, value in KINDS.items()}
    return words.get(form.visit_kind, "")
