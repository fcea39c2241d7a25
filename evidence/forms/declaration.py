"""What a template declares beside its Word file: fields, signature boxes, retention, clauses.

`templates/<form>/form.toml` is read into these dataclasses; unknown keys are refused with their
place. A field's name is what a designer types between `{{` and `}}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evidence.domain.document import BoxKind


class FieldKind(StrEnum):
    """How a template may use a field."""

    TEXT = "text"
    """`{{ 名称 }}`"""
    LIST = "list"
    """`{%tr for 行 in 名称 %}`; its columns are declared as `items`."""
    BOX = "box"
    """`{{r 框.名称 }}`: an invisible anchor that marks where a signature, seal or date belongs."""
    PICTURE = "picture"
    """`{{ 行.图 }}`: a photograph, only inside a list."""
    FLAG = "flag"
    """For `{%p if 名称 %}` only; never printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDeclaration:
    """One column of a list field."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDeclaration:
    """One field of a form."""

    name: str
    """As typed in the template, e.g. `被检查单位`."""
    kind: FieldKind = FieldKind.TEXT
    label: str = ""
    """What it means, for the designer."""
    required: bool = False
    """The template must print it, and filling refuses an empty value."""
    items: tuple[ItemDeclaration, ...] = ()
    fixed: bool = False
    """Nobody may give a value beforehand, e.g. the answers of a questionnaire."""


EVERYWHERE = (
    FieldDeclaration(name="文书标题", label="本合同中的文书名称", fixed=True),
    FieldDeclaration(name="合同说明", label="本合同对这种文书的说明", fixed=True),
)
"""Fields of every form, whether or not it declares them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxDeclaration:
    """A place for a signature, a seal or a date. Where it lies is measured on the rendered page."""

    box: str
    """`escort`, or a family `expert-*` with one box for each person."""
    kind: BoxKind
    role: str
    required: bool = False
    label: str = ""
    """What a message calls it: 陪同人员签名."""
    anchor: str = ""
    """`框.<anchor>` in the template; empty for a family, whose anchors stand in a list's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDeclaration:
    """One official form."""

    id: str
    """Folder name, e.g. `inspection-record`."""
    code: str
    """Two capitals of the number, e.g. `JC`."""
    title: str
    """The title printed on it."""
    short: str
    """What people call it: 现场检查记录."""
    weekly: bool = False
    """Belongs to a week, not to a case (number `WJB22-0000-JH-001`)."""
    visit_kind: str = ""
    """Kind of visit it records; empty when it records none."""
    paper_copies: int = 1
    retention_years: int = 10
    """Years to keep it after the last work in its case (合同只写“留档备查”); the register of disposal counts
    by the parameter `record_retention_years`, which a test holds equal."""
    clauses: tuple[str, ...] = ()
    """Clauses of the contract it serves."""
    served_rules: tuple[str, ...] = ()
    personal: bool = False
    """About one person of the team, whose id stands in the case's place; its number is of the year."""
    letter: bool = False
    """An official letter (GB/T 9704-2012): it carries 发文字号 and its date of issue."""
    note: str = ""
    """What the contract has it say of itself, printed as `合同说明`."""
    fields: tuple[FieldDeclaration, ...]
    boxes: tuple[BoxDeclaration, ...] = ()

    @property
    def signers(self) -> tuple[str, ...]:
        """Roles that sign."""
        return tuple(box.role for box in self.boxes if box.kind is BoxKind.SIGNATURE)

    @property
    def seals(self) -> tuple[str, ...]:
        """Parties that seal."""
        return tuple(box.role for box in self.boxes if box.kind is BoxKind.SEAL)

    def declared_box(self, box: str) -> BoxDeclaration | None:
        """The declaration behind a concrete box such as `expert-2` or `expert-2-date`."""
        for declaration in self.boxes:
            prefix, star, suffix = declaration.box.partition("*")
            if box == declaration.box:
                return declaration
            middle = box[len(prefix) : len(box) - len(suffix)]
            if star and box.startswith(prefix) and box.endswith(suffix) and middle.isdigit():
                return declaration
        return None
