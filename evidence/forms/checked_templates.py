"""Which templates may be used: checked once, then known by their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence.errors import InputError
from evidence.forms.catalogue import Catalogue
from evidence.forms.declaration import FormDeclaration
from evidence.forms.kept_checks import KeptChecks, TemplateFinding, shipped_digests, template_digest
from evidence.forms.settings import FormsSettings
from evidence.language import _


def check_templates(
    catalogue: Catalogue, settings: FormsSettings, only: Sequence[str] = (), *, kept: KeptChecks | None = None
) -> list[TemplateFinding]:
    """Check all forms, or those named.

    Args:
        kept: results of earlier checks; a template whose bytes were checked before is not rendered again.

    Raises:
        MissingPartError: LibreOffice is not installed.
        UsageError: an unknown form is named.
    """
    forms = [catalogue.form(name) for name in only] if only else list(catalogue)
    found = {form.id: None if kept is None else kept.get(template_digest(catalogue, form)) for form in forms}
    unknown = [form for form in forms if found[form.id] is None]
    fresh = _check_anew(catalogue, unknown, settings) if unknown else []
    for form in forms:
        if found[form.id] is None:
            found[form.id] = tuple(finding for finding in fresh if finding.form == form.id)
            if kept is not None:
                kept.put(template_digest(catalogue, form), found[form.id] or ())
    findings = [finding for listed in found.values() for finding in listed or ()]
    return sorted(findings, key=lambda finding: (finding.form, finding.level))


def unusable_templates(
    catalogue: Catalogue, forms: Iterable[FormDeclaration], settings: FormsSettings, kept: KeptChecks | None
) -> dict[str, InputError]:
    """Forms that nothing may be numbered on because `template check` refuses them, each with the reason.

    A template that is byte for byte the one shipped with the program was checked when that was built.

    Raises:
        MissingPartError: LibreOffice is not installed, or a Word file is gone.
    """
    changed = {form.id for form in forms if template_digest(catalogue, form) not in shipped_digests()}
    if not changed:
        return {}
    refused: dict[str, InputError] = {}
    for finding in check_templates(catalogue, settings, sorted(changed), kept=kept):
        if finding.level == "error" and finding.form not in refused:
            short = catalogue.form(finding.form).short
            refused[finding.form] = InputError(
                _("《{short}》的模板不能使用：{message}").format(short=short, message=finding.message),
                where=finding.where,
                remedy=_("没有占用编号。请在 Word 中改正，用 evidence template check {form} 复核。").format(
                    form=finding.form
                ),
            )
    return refused


def _check_anew(
    catalogue: Catalogue, forms: Sequence[FormDeclaration], settings: FormsSettings
) -> list[TemplateFinding]:
    # what renders and measures pages takes half a second to load, kept results a few milliseconds
    from evidence.forms.check_template import check_anew

    return check_anew(catalogue, forms, settings)
