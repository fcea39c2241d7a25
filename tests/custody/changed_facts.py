"""Facts as somebody with the agency's key would like them, one change each, judged again so that the
findings follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.custody.forging import FACTS, change_json, judged_again
from tests.support.packing import Files


def of_facts(change: Callable[[Any], None]) -> Callable[[Files], None]:
    """A change to the facts, judged again so that the findings follow."""

    def spoilt(files: Files) -> None:
        change_json(files, FACTS, lambda document: change(document["facts"]))
        judged_again(files)

    return spoilt


def case_with(facts: Any, member: str) -> Any:
    """The first case that has some of these."""
    return next(case for case in facts["cases"] if case.get(member))


def drop_a_register_entry(facts: Any) -> None:
    facts["entries"].pop(0)


def invent_a_register_entry(facts: Any) -> None:
    facts["entries"].append({**facts["entries"][0], "key": "invented"})


def change_a_register_entry(facts: Any) -> None:
    facts["entries"][0]["on"] = "2022-01-03"


def drop_a_report(facts: Any) -> None:
    case_with(facts, "reports")["reports"].pop()


def change_a_report(facts: Any) -> None:
    case_with(facts, "reports")["reports"][0]["received_on"] = "2022-03-30"


def invent_an_escalation(facts: Any) -> None:
    case = facts["cases"][0]
    case.setdefault("escalations", []).append(
        {
            "id": "E1",
            "case": case["case"]["id"],
            "trigger": "不积极整改",
            "recipient": "安监科",
            "reported_at": "2022-03-30T02:00:00Z",
        }
    )


def invent_an_exception(facts: Any) -> None:
    case = facts["cases"][0]
    case.setdefault("waivers", []).append(
        {
            "rule_id": "G08-pages",
            "case": case["case"]["id"],
            "why": "x",
            "by": "P01",
            "at": "2022-03-30T02:00:00Z",
        }
    )


def decide_a_mark(facts: Any) -> None:
    marks = next(scan["marks"] for scan in _scans(facts) if scan.get("marks"))
    marks[0] |= {"verdict": "present", "decided_by": "clerk"}


def turn_a_mark(facts: Any) -> None:
    marks = next(scan["marks"] for scan in _scans(facts) if scan.get("marks"))
    marks[0]["verdict"] = "absent" if marks[0]["verdict"] == "present" else "present"


def _scans(facts: Any) -> list[Any]:
    documents = [document for case in facts["cases"] for document in case["documents"]]
    return [scan for document in documents for scan in document["scans"]]


def _marks(facts: Any) -> list[Any]:
    return [mark for scan in _scans(facts) for mark in scan.get("marks", ())]


def drop_a_hold(facts: Any) -> None:
    case_with(facts, "holds")["holds"].pop()


def release_a_hold(facts: Any) -> None:
    case_with(facts, "holds")["holds"][0]["released_at"] = "2022-03-31T02:00:00Z"


def change_a_holds_reason(facts: Any) -> None:
    case_with(facts, "holds")["holds"][0]["why"] = "无"


def invent_a_hold(facts: Any) -> None:
    case = facts["cases"][-1]
    case["holds"] = [{"case": case["case"]["id"], "why": "x", "by": "x", "at": "2022-03-30T02:00:00Z"}]


def invent_an_incurable(facts: Any) -> None:
    case = facts["cases"][-1]
    gap = {"rule_id": "G08-pages", "case": case["case"]["id"]}
    case["incurables"] = [{"gap": gap, "why": "企业注销", "by": "P1", "at": "2022-03-30T02:00:00Z"}]


def undo_a_decision(facts: Any) -> None:
    mark = next(each for each in _marks(facts) if each.get("decided_by"))
    mark |= {"decided_by": "", "why": ""}


def take_the_word_before(facts: Any) -> None:
    """The person first said undecided, and then present."""
    mark = next(each for each in _marks(facts) if each.get("decided_by"))
    mark["verdict"] = "undecided"


def obey_somebody_tied_to_nobody(facts: Any) -> None:
    """His word is journalled and overrides no reading."""
    mark = next(
        each
        for scan in _scans(facts)
        for each in scan["marks"]
        if each["box"] == "principal" and scan["number"].startswith("WJB22-0003")
    )
    mark |= {"verdict": "absent", "decided_by": "lihua"}


def drop_a_mark(facts: Any) -> None:
    next(scan for scan in _scans(facts) if scan.get("marks"))["marks"].pop()


def damage_a_page(facts: Any) -> None:
    _scans(facts)[0]["damaged"] = True


def invent_an_alteration(facts: Any) -> None:
    _scans(facts)[0]["alterations"] = [{"page": 1, "kind": "added_ink", "region": [1, 1, 9, 9]}]


def receive_a_document_earlier(facts: Any) -> None:
    document = next(each for each in facts["cases"][0]["documents"] if each.get("received_at"))
    document["received_at"] = "2022-03-15T02:00:00Z"


def unlink_a_page(facts: Any) -> None:
    document = facts["cases"][0]["documents"][0]
    document["scans"].pop()
    document["received_at"] = None


def void_a_form(facts: Any) -> None:
    facts["cases"][0]["documents"][0]["form"]["voided_why"] = "打印错误"


def invent_a_counterpart(facts: Any) -> None:
    facts["cases"][0]["documents"][0]["edocuments"] = ["ab" * 32]


def drop_a_film(facts: Any) -> None:
    case_with(facts, "recordings")["recordings"].pop()


def lengthen_a_film(facts: Any) -> None:
    case_with(facts, "recordings")["recordings"][0]["duration_ms"] += 3_600_000


def invent_a_film(facts: Any) -> None:
    films = case_with(facts, "recordings")["recordings"]
    films.append({**films[0], "sha256": "ab" * 32})


def assign_a_film_by_hand(facts: Any) -> None:
    case_with(facts, "recordings")["recordings"][0]["assigned_by"] = "lihua"


def move_a_film(facts: Any) -> None:
    one, other = [case for case in facts["cases"] if case.get("recordings")][:2]
    film = one["recordings"].pop()
    other["recordings"].append({**film, "visit": other["visits"][0]["id"]})


def shrink_an_enterprise(facts: Any) -> None:
    facts["enterprises"][2]["headcount"] = 12


def change_an_enterprises_class(facts: Any) -> None:
    foundry = next(each for each in facts["enterprises"] if each["short_name"] == "恒冶铸造")
    foundry["classes"] = ["规模以下一般工贸"]


def invent_an_enterprise(facts: Any) -> None:
    facts["enterprises"].append({**facts["enterprises"][0], "id": "91320412MA1XZZZZ0Z"})


def drop_an_enterprise(facts: Any) -> None:
    used = {case["case"]["enterprise"] for case in facts["cases"]}
    facts["enterprises"] = [each for each in facts["enterprises"] if each["id"] in used][1:]


def qualify_a_person(facts: Any) -> None:
    facts["people"][-1]["title"] = "高级"


def join_the_original_team(facts: Any) -> None:
    facts["people"][1]["original_team"] = False


def drop_a_person(facts: Any) -> None:
    facts["people"].pop()


def give_a_recorder_to_another(facts: Any) -> None:
    facts["devices"][0]["holder"] = "P5"


def file_a_plan_earlier(facts: Any) -> None:
    facts["plans"][-1]["filed_on"] = "2022-03-20"


def change_a_plans_line(facts: Any) -> None:
    next(each for each in facts["plans"] if each["lines"])["lines"].pop()


def drop_the_next_plan(facts: Any) -> None:
    facts["plans"] = [each for each in facts["plans"] if each["week"] < "2022-W14"]


def invent_a_plan(facts: Any) -> None:
    facts["plans"].append({**facts["plans"][0], "week": "2022-W15"})


def call_a_case_unmoved(facts: Any) -> None:
    facts["moved"].pop()


def give_a_case_to_another_enterprise(facts: Any) -> None:
    facts["cases"][0]["case"]["enterprise"] = facts["cases"][1]["case"]["enterprise"]


def drop_a_cycle(facts: Any) -> None:
    facts["services"].pop()


def give_a_cycle_to_another_kind(facts: Any) -> None:
    facts["services"][0]["kind"] = "special"


FIRST_CHANGES: tuple[Callable[[Any], None], ...] = (
    drop_a_register_entry,
    invent_a_register_entry,
    change_a_register_entry,
    drop_a_report,
    change_a_report,
    invent_an_escalation,
    invent_an_exception,
    decide_a_mark,
    turn_a_mark,
    drop_a_hold,
    release_a_hold,
    change_a_holds_reason,
    invent_a_hold,
    invent_an_incurable,
    undo_a_decision,
    take_the_word_before,
    obey_somebody_tied_to_nobody,
    drop_a_mark,
    damage_a_page,
    invent_an_alteration,
    receive_a_document_earlier,
    unlink_a_page,
    void_a_form,
    invent_a_counterpart,
    drop_a_film,
    lengthen_a_film,
    invent_a_film,
    assign_a_film_by_hand,
    move_a_film,
    shrink_an_enterprise,
    change_an_enterprises_class,
    invent_an_enterprise,
    drop_an_enterprise,
    qualify_a_person,
    join_the_original_team,
    drop_a_person,
    give_a_recorder_to_another,
    file_a_plan_earlier,
    change_a_plans_line,
    drop_the_next_plan,
    invent_a_plan,
    call_a_case_unmoved,
    give_a_case_to_another_enterprise,
    drop_a_cycle,
    give_a_cycle_to_another_kind,
)
