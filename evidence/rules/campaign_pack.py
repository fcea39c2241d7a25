"""What is submitted at the end of a special campaign: which targets are done, and the records that prove it.

附件五(一)3: 检查材料和汇总清单.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.document import Document
from evidence.domain.facts import Facts
from evidence.domain.parties import Campaign
from evidence.rules.clause import Finding
from evidence.rules.facts_index import FactsIndex
from evidence.rules.instalments import ChainLine, Unserved, chain_line
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from evidence.rules.parameters import Parameters

UNCHECKED_WORDS = "本专项没有检查"
"""What the list of a campaign's pack says is lacking of a target that nobody checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPack:
    """What goes to the regulator at the end of a campaign."""

    campaign: Campaign
    as_of: date
    chains: tuple[ChainLine, ...]
    """Targets that were checked, by case."""
    unserved: tuple[Unserved, ...]
    """Targets that were not."""
    summary: Document
    """The summary list as issued, and as it came back if it did."""

    @property
    def complete(self) -> tuple[ChainLine, ...]:
        """Chains that prove their work."""
        return tuple(one for one in self.chains if one.complete)


def campaign_pack(
    facts: Facts, parameters: Parameters, as_of: datetime, campaign: Campaign, summary: Document
) -> CampaignPack:
    """Judge the campaign's cases and list what each target proves or lacks.

    Args:
        facts: holding every case of the campaign.
    """
    index = FactsIndex(known_at(facts, as_of), parameters, as_of)
    by_case: dict[str, list[Finding]] = {}
    for finding in judge(facts, parameters, as_of):
        by_case.setdefault(finding.subject.case, []).append(finding)
    chains = tuple(
        chain_line(chain, by_case.get(chain.case.id, ()))
        for chain in index.chains
        if chain.case.campaign == campaign.id and chain.check is not None
    )
    return CampaignPack(
        campaign=campaign,
        as_of=index.today,
        chains=chains,
        unserved=_unchecked(index, campaign, chains),
        summary=summary,
    )


def _unchecked(index: FactsIndex, campaign: Campaign, chains: Sequence[ChainLine]) -> tuple[Unserved, ...]:
    checked = {one.enterprise for one in chains}
    return tuple(
        Unserved(enterprise=target, name=index.name_of(target))
        for target in dict.fromkeys(campaign.targets)
        if target not in checked
    )
