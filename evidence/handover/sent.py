"""Where files went that earlier packages carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.domain.identifiers import Sha256
from evidence.domain.register import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Files of earlier packages: originals, and pages taken out of stacks."""

    package_of: dict[Sha256, str]

    def place(self, digest: Sha256) -> str:
        """`本包` or the earlier package."""
        return self.package_of.get(digest, "本包")


def sent_before(packages: Sequence[Package]) -> Sent:
    """What the packages before this one carried; the first to carry a file counts."""
    places: dict[Sha256, str] = {}
    for package in packages:
        for digest in package.originals:
            places.setdefault(digest, package.id)
    return Sent(package_of=places)
