"""Boxes of one form while it is filled: anchors for the template, and who must sign where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from evidence.domain.identifiers import PersonId
from evidence.forms.declaration import FormDeclaration
from evidence.forms.fill import anchor


@dataclass(slots=True)
class Marks:
    """Collects every box a filling sets an anchor for."""

    form: FormDeclaration
    expected: list[str] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    persons: dict[str, str] = field(default_factory=dict)

    def box(self, name: str, *, person: PersonId | None = None, required: bool | None = None) -> Any:
        """The anchor of one box.

        Args:
            required: overrides the declaration, e.g. where somebody refused to sign.
        """
        declared = self.form.declared_box(name)
        if declared is None:
            raise ValueError(f"{self.form.id} declares no box {name}")
        self.expected.append(name)
        if declared.required if required is None else required:
            self.required.add(name)
        if person is not None:
            self.persons[name] = person
        return anchor(name)

    def fixed(self) -> dict[str, Any]:
        """`框`: anchors of all boxes that are no family."""
        return {
            declared.anchor: self.box(declared.box)
            for declared in self.form.boxes
            if declared.anchor and "*" not in declared.box
        }

    def some(self, anchors: Collection[str]) -> dict[str, Any]:
        """`框` of a form with variants: these anchors alone; the others' places print nothing."""
        return {
            declared.anchor: self.box(declared.box) if declared.anchor in anchors else ""
            for declared in self.form.boxes
            if declared.anchor and "*" not in declared.box
        }
