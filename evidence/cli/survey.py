"""`evidence bundle --dry-run`: what would go in and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.cli.output import emit, say
from evidence.cli.tables import table
from evidence.handover.wording import STATE_WORDS, size_text
from evidence.language import _
from evidence.rules.clause import Kind

if TYPE_CHECKING:
    from evidence.handover.dry_run import PlannedFile, Survey
    from evidence.handover.handover_context import HandoverContext
    from evidence.handover.package_build import Order


def show_survey(context: HandoverContext, order: Order, as_json: bool) -> None:
    """Print the survey, then end as building would.

    Raises:
        EvidenceError: what building would end with.
    """
    from evidence.handover.dry_run import survey_package

    survey = survey_package(context, order)
    if as_json:
        emit(_json(survey))
    else:
        _show(survey)
    if survey.refused is not None:
        raise survey.refused


def _show(survey: Survey) -> None:
    say(_("{package} 尚未制作。现在制作会装入：").format(package=survey.package))
    for case in survey.cases:
        say(f"  {case.case.case.id}  {case.enterprise}")
        rows = [(number, STATE_WORDS[state]) for number, state in case.documents]
        rows += [(each.original.role.value, _file(each)) for each in case.files]
        if rows:
            say(table((_("材料"), _("情况")), rows, indent=4))
    say(
        _("  共 {cases} 个案件，原件 {bytes} 字节，整叠扫描 {stacks} 件").format(
            cases=len(survey.cases), bytes=size_text(survey.bytes), stacks=len(survey.stacks)
        )
    )
    for gap in survey.gaps:
        say(f"  ✕ {gap.subject.document or gap.subject.case} {gap.message}")
    for doubt in survey.doubts:
        say(f"  ◐ {doubt.message}")
    if survey.refused is None:
        say(_("● 没有障碍，可以制作。"))


def _file(file: PlannedFile) -> str:
    original = file.original
    place = file.package or (_("整叠原件，取出本案各页") if original.cuts is not None else _("本包"))
    return f"{original.name}（{place}）"


def _json(survey: Survey) -> dict[str, object]:
    refused = survey.refused
    return {
        "dry_run": True,
        "package": survey.package,
        "complete": survey.complete,
        "bytes": survey.bytes,
        "stacks": survey.stacks,
        "cases": [
            {
                "case": case.case.case.id,
                "enterprise": case.enterprise,
                "documents": [{"number": number, "state": state} for number, state in case.documents],
                "files": [
                    {
                        "sha256": each.original.sha256,
                        "role": each.original.role.name.lower(),
                        "name": each.original.name,
                        "bytes": each.original.bytes,
                        "package": each.package,
                        "stack": each.original.cuts is not None,
                    }
                    for each in case.files
                ],
            }
            for case in survey.cases
        ],
        "obstacles": [
            *(
                {
                    "kind": "undecided" if gap.kind is Kind.REVIEW else "missing",
                    "rule_id": gap.rule_id,
                    "subject": gap.subject,
                    "message": gap.message,
                }
                for gap in survey.gaps
            ),
            *(
                {"kind": "indeterminate", "check": each.check, "message": each.message}
                for each in survey.doubts
            ),
        ],
        "refused": None
        if refused is None
        else {"message": refused.what, "exit_code": int(refused.exit_code)},
    }
