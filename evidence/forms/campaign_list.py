"""Issuing 专项检查汇总清单: it belongs to a campaign, so its number is of the year, not of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.domain.identifiers import Number
from evidence.domain.week import local_date
from evidence.errors import IncompleteError
from evidence.forms.content.campaign import campaign_values
from evidence.forms.source import IssueRequest, IssueSettings
from evidence.language import _
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


def campaign_of(number: Number, issued: IssuedStore) -> str:
    """The campaign an issued summary is about, from the values kept beside it.

    Raises:
        IncompleteError: they are missing or damaged.
    """
    path = issued.data_path(number)
    try:
        values: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return str(values[_CAMPAIGN])
    except (OSError, msgspec.MsgspecError, KeyError) as error:
        raise IncompleteError(
            _("文书 {number} 的填写内容缺失或损坏。").format(number=number),
            where=str(path),
            remedy=_("请运行 evidence audit，并从备份恢复（evidence restore）。"),
        ) from error
