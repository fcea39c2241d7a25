"""Issuing 专项检查汇总清单: it belongs to a campaign, so its number is of the year, not of a case."""

from __future__ import annotations

from datetime import datetime

from evidence.archive.issued import IssuedStore
from evidence.domain.document import IssuedForm
from evidence.domain.week import local_date
from evidence.forms.content.campaign import campaign_values
from evidence.forms.kept_values import kept_values
from evidence.forms.source import IssueRequest, IssueSettings
from evidence.ledger.view import View

FORM = "campaign-summary"
_CAMPAIGN = "专项编号"


def campaign_request(campaign: str, view: View, settings: IssueSettings, *, now: datetime) -> IssueRequest:
    """The summary of one campaign as the ledger stands; reported on the day of `now`.

    Args:
        campaign: its id as people type it; capitals do not matter.

    Raises:
        UsageError: unknown campaign.
    """
    known = {one.id.upper(): one.id for one in view.campaigns()}
    wanted = known.get(campaign.strip().upper(), campaign)
    return IssueRequest(form=FORM, values=campaign_values(wanted, view, settings, on=local_date(now)))


def campaign_of(document: IssuedForm, issued: IssuedStore) -> str:
    """The campaign an issued summary is about, from the values kept beside it.

    Raises:
        IncompleteError: they are missing or damaged.
    """
    return str(kept_values(document, issued).get(_CAMPAIGN, ""))
