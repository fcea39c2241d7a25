"""Situations that a rule cannot be in, each with the reason. A row that makes one possible removes it."""

from __future__ import annotations

_HINT = "a hint for a person by design: what is seen is never proof, so the rule knows no fail"
_YES_OR_NO = "there or not there, said or not said: the rule compares no number and no day"
_SEEN = "whether something came back is known to the ledger for certain; there is nothing to decide"
_DATES = "it compares two dates that are always known"

EXEMPT: dict[tuple[str, str], str] = {
    **{
        (rule, "broken"): _HINT
        for rule in (
            "G08-page-identity",
            "G08-current-version",
            "G09-alterations",
            "E04-one-principal",
            "V02-sound-footage",
            "G09-own-words",
            "T07-virus-scan",
        )
    },
    (
        "P13-outcome-known",
        "broken",
    ): "what the regulator does has no deadline; it stays open until it is known",
    ("R04-assessment", "broken"): "assessing is the regulator's duty; its absence is no breach of the agency",
    **{
        (rule, "boundary"): _YES_OR_NO
        for rule in (
            "G08-pages",
            "G08-page-identity",
            "G09-alterations",
            "G06-other-marks",
            "S03-known-enterprise",
            "S03-known-people",
            "C04-hazard-basis",
            "G03-briefed",
            "G04-advice",
            "T03-badge-shown",
            "E07-dispute-decided",
            "P18-tenant-registered",
            "R05-return-visit",
            "F06-campaign-experts",
            "C24-annex",
            "C23-four-copies",
            "C20-termination-ground",
            "C02-ip-claims",
            "G10-supervision",
            "G11-complaints",
            "T07-procedures",
        )
    },
    **{
        (rule, "undecidable"): _SEEN
        for rule in (
            "P04-urging-record",
            "P12-recheck-record",
            "G08-pages",
            "T10-archived-in-time",
            "P07-report-in-time",
            "G07-no-gap",
        )
    },
    **{(rule, "undecidable"): _DATES for rule in ("T05-removed-stay-away", "F01-within-term", "K03-order")},
    ("S03-known-people", "undecidable"): "a person is in the register or is not",
    ("P13-outcome-known", "undecidable"): "an outcome is registered or is not",
    ("S01-team", "undecidable"): "service dates left open mean in service; every day can be counted",
    ("S02-titles", "undecidable"): "every person in the register has a title, be it none",
}
