"""The lists of a campaign's pack: the enterprises with their records, for people and for programs."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.domain.document import Document
from evidence.domain.parties import Campaign
from evidence.errors import UsageError
from evidence.forms.campaign_list import FORM, campaign_of
from evidence.language import _
from evidence.ledger.facts import gather_cases
from evidence.ledger.view import View
from evidence.reports.payment_lists import LISTING, SHEET, chains_table
from evidence.reports.workbook import write_tables
from evidence.rules.campaign_pack import UNCHECKED_WORDS, CampaignPack, campaign_pack
from evidence.rules.parameters import Parameters


def summaries_of(campaign: Campaign, view: View, issued: IssuedStore) -> tuple[Document, ...]:
    """Summary lists issued of a campaign, voided ones included, the newest first."""
    mine = [
        each
        for each in view.documents(None)
        if each.form.form == FORM and campaign_of(each.form, issued) == campaign.id
    ]
    return tuple(sorted(mine, key=lambda each: each.form.number, reverse=True))


def pack_of_campaign(
    view: View, issued: IssuedStore, parameters: Parameters, moment: datetime, campaign: Campaign
) -> CampaignPack:
    """What a campaign's submission rests on, as it stood at a moment.

    Raises:
        UsageError: its summary list was not issued, or every one was voided.
    """
    standing = [one for one in summaries_of(campaign, view, issued) if not one.form.voided_why]
    if not standing:
        raise UsageError(
            _("专项“{topic}”还没有签发汇总清单。").format(topic=campaign.topic),
            remedy=_("请先签发汇总清单，再制作资料包。"),
        )
    cases = [case.id for case in view.cases() if case.campaign == campaign.id]
    facts = gather_cases(view, cases, week=None)
    return campaign_pack(facts, parameters, moment, campaign, standing[0])


def lists_of(made: CampaignPack) -> dict[str, bytes]:
    """File name -> bytes of the list for people and of the document for programs."""
    with tempfile.TemporaryDirectory(prefix="evidence-campaign-") as folder:
        path = Path(folder) / SHEET
        write_tables(path, chains_table(made.chains, made.unserved, UNCHECKED_WORDS))
        sheet = path.read_bytes()
    listing = msgspec.json.format(msgspec.json.encode(document_of(made)), indent=2)
    return {SHEET: sheet, LISTING: listing}


def document_of(made: CampaignPack) -> dict[str, object]:
    """The pack as one document for programs."""
    return {
        "campaign": made.campaign,
        "at": made.as_of,
        "summary_list": {
            "number": made.summary.form.number,
            "pdf": made.summary.form.pdf,
            "scans": tuple(dict.fromkeys(scan.sha256 for scan in made.summary.scans)),
        },
        "summary": {
            "checked": len(made.chains),
            "complete": len(made.complete),
            "incomplete": len(made.chains) - len(made.complete),
        },
        "section": {"unserved": made.unserved},
        "chains": made.chains,
    }
