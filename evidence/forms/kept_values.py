"""The values kept beside an issued form, and which of them a person gave.

What the ledger knows is read anew when a form is issued again; what a person typed in stands nowhere
else, so it is carried over from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.domain.document import IssuedForm
from evidence.errors import IncompleteError
from evidence.forms.declaration import FieldKind, FormDeclaration
from evidence.language import _

GIVEN = "补填项"
"""Key of the kept values: names of the fields whose value came with the request."""


def kept_values(issued_form: IssuedForm, issued: IssuedStore) -> dict[str, Any]:
    """All values of an issued form by field name.

    Raises:
        IncompleteError: the file is missing or not the one that was journalled.
    """
    path = issued.data_path(issued_form.number)
    try:
        data = path.read_bytes()
        if sha256(data).hexdigest() != issued_form.data:
            raise ValueError("digest differs")
        return msgspec.json.decode(data, type=dict[str, Any])
    except (OSError, ValueError) as error:
        raise IncompleteError(
            _("文书 {number} 的填写内容缺失或损坏。").format(number=issued_form.number),
            where=str(path),
            remedy=_("请运行 evidence audit，并从备份恢复（evidence restore）。"),
        ) from error


def with_given(values: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they are kept, with the names a person gave."""
    names = sorted(name for name in given if name in values)
    return {**values, GIVEN: names} if names else dict(values)


def given_before(issued_form: IssuedForm, form: FormDeclaration, issued: IssuedStore) -> dict[str, Any]:
    """What was given when a form was issued; a weekly form has no other source than its request.

    Raises:
        IncompleteError: as `kept_values`.
    """
    values = kept_values(issued_form, issued)
    printed = {FieldKind.TEXT, FieldKind.LIST, FieldKind.FLAG}
    declared = [field.name for field in form.fields if field.kind in printed and field.name != "编号"]
    names = declared if form.weekly else values.get(GIVEN, ())
    return {name: values[name] for name in names if name in values}
