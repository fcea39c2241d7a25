"""The same in a later week: what people said, corrected and took back in the weeks before, unsaid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.custody.changed_facts import case_with, undo_a_decision
from tests.support import sample


def drop_the_exception(facts: Any) -> None:
    case_with(facts, "waivers")["waivers"].pop()


def drop_the_incurable(facts: Any) -> None:
    case_with(facts, "incurables")["incurables"].pop()


def let_another_declare_it(facts: Any) -> None:
    case_with(facts, "incurables")["incurables"][0]["by"] = "P2"


def declare_another_gap(facts: Any) -> None:
    case_with(facts, "incurables")["incurables"][0]["gap"]["rule_id"] = "G99-invented"


def forget_the_release(facts: Any) -> None:
    next(hold for case in facts["cases"] for hold in case.get("holds", ()) if hold["released_at"])[
        "released_at"
    ] = None


def drop_the_later_version(facts: Any) -> None:
    case = next(each for each in facts["cases"] if any(visit["version"] == 2 for visit in each["visits"]))
    case["visits"] = [visit for visit in case["visits"] if visit["version"] != 2]


def revive_a_withdrawn_visit(facts: Any) -> None:
    case = next(each for each in facts["cases"] if each["case"]["id"] == "WJB22-0004")
    visit = case["visits"][0]
    case["visits"].append({**visit, "id": "WJB22-0004-V2", "kind": "urging"})


def revive_a_void_form(facts: Any) -> None:
    document = next(
        each for case in facts["cases"] for each in case["documents"] if each["form"].get("voided_why")
    )
    document["form"]["voided_why"] = ""


def revive_a_withdrawn_entry(facts: Any) -> None:
    entry = next(each for each in facts["entries"] if each["register"] == "safety-plan")
    facts["entries"].append({**entry, "key": "2"})


def take_the_older_workbook(facts: Any) -> None:
    facts["enterprises"][0]["headcount"] = 46


def forget_a_campaign(facts: Any) -> None:
    facts["campaigns"] = []


def forget_what_was_declared(facts: Any) -> None:
    next(each for each in reversed(facts["packages"]) if each.get("owed"))["owed"].pop()


def forget_a_package(facts: Any) -> None:
    facts["packages"].pop(0)


def call_a_package_complete(facts: Any) -> None:
    package = next(each for each in facts["packages"] if not each["complete"])
    package["complete"] = True


def forget_a_receipt(facts: Any) -> None:
    facts["receipts"].pop(0)


def keep_a_film_where_it_was(facts: Any) -> None:
    case = next(each for each in facts["cases"] if each["case"]["id"] == sample.CHECKED)
    case["recordings"][0] |= {"assigned_by": "device+time"}


def take_a_stated_name_for_a_person(facts: Any) -> None:
    film = next(one for case in facts["cases"] for one in case["recordings"] if one.get("assigned_stated"))
    film["assigned_stated"] = False


def _placed_page(facts: Any) -> Any:
    documents = (one for case in facts["cases"] for one in case["documents"])
    return next(scan for one in documents for scan in one["scans"] if scan.get("placed"))


def let_another_have_placed_a_page(facts: Any) -> None:
    _placed_page(facts)["placed"]["by"] = "P5"


def call_a_placed_page_proven(facts: Any) -> None:
    _placed_page(facts)["identity"] = "proven"


def _films_beside(facts: Any, member: str) -> Any:
    return next(case for case in facts["cases"] if case.get(member))[member]


def forget_a_waiting_film(facts: Any) -> None:
    _films_beside(facts, "unassigned").pop()


def let_a_film_wait_for_another_case(facts: Any) -> None:
    """A visit without film would then be undecided instead of unfilmed."""
    (film,) = _films_beside(facts, "unassigned")
    other = next(each for each in facts["cases"] if each["case"]["id"] == sample.CHECKED)
    other["unassigned"] = [{**film, "suggestions": [other["visits"][0]["id"]]}]


def let_a_film_wait_that_was_assigned(facts: Any) -> None:
    case = next(each for each in facts["cases"] if each.get("recordings"))
    case["unassigned"] = [*case["unassigned"], case["recordings"][0]]


def shorten_a_waiting_film(facts: Any) -> None:
    _films_beside(facts, "unassigned")[0]["truncated"] = True


def forget_a_film_given_away(facts: Any) -> None:
    _films_beside(facts, "films_taken").pop()


def claim_that_a_film_was_given_away(facts: Any) -> None:
    (film,) = _films_beside(facts, "films_taken")
    other = next(each for each in facts["cases"] if each["case"]["id"] == sample.CHECKED)
    other["films_taken"] = [film]


def move_the_letter_back(facts: Any) -> None:
    holder = next(each for each in facts["cases"] if each.get("materials"))
    other = next(each for each in facts["cases"] if each["case"]["id"] == sample.CHECKED)
    other["materials"] = holder["materials"]
    holder["materials"] = []


def forget_a_scan(facts: Any) -> None:
    case_with(facts, "virus_scans")["virus_scans"].pop()


def call_an_unseen_file_clean(facts: Any) -> None:
    _scan(facts, "unavailable")["result"] = "clean"


def forget_that_a_file_was_scanned_later(facts: Any) -> None:
    _scan(facts, "clean")["result"] = "unavailable"


def tell_a_scan_of_other_bytes(facts: Any) -> None:
    _scan(facts, "unavailable")["sha256"] = sample.digest("other bytes")


def _scan(facts: Any, result: str) -> Any:
    return next(scan for case in facts["cases"] for scan in case["virus_scans"] if scan["result"] == result)


LATER_CHANGES: tuple[Callable[[Any], None], ...] = (
    drop_the_exception,
    drop_the_incurable,
    let_another_declare_it,
    declare_another_gap,
    forget_the_release,
    drop_the_later_version,
    revive_a_withdrawn_visit,
    revive_a_void_form,
    revive_a_withdrawn_entry,
    take_the_older_workbook,
    forget_a_campaign,
    forget_what_was_declared,
    forget_a_package,
    call_a_package_complete,
    forget_a_receipt,
    keep_a_film_where_it_was,
    take_a_stated_name_for_a_person,
    let_another_have_placed_a_page,
    call_a_placed_page_proven,
    forget_a_waiting_film,
    let_a_film_wait_for_another_case,
    let_a_film_wait_that_was_assigned,
    shorten_a_waiting_film,
    forget_a_film_given_away,
    claim_that_a_film_was_given_away,
    move_the_letter_back,
    forget_a_scan,
    call_an_unseen_file_clean,
    forget_that_a_file_was_scanned_later,
    tell_a_scan_of_other_bytes,
    undo_a_decision,
)
