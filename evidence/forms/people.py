"""Names and telephones of an enterprise's people: kept in a stored blob, never in the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from evidence.archive.originals import Originals
from evidence.domain.identifiers import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person of the enterprise."""

    name: str = ""
    position: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseContacts:
    """Behind `Enterprise.contacts`."""

    legal: Contact = field(default_factory=Contact)
    """法定代表人."""
    principal: Contact = field(default_factory=Contact)
    """主要负责人; forms print the legal representative when none is given."""
    safety: Contact = field(default_factory=Contact)
    """安全管理人员."""
    emails: tuple[str, ...] = ()
    """Addresses its mail comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDetails:
    """Behind `Visit.details`: what one visit's form prints about people."""

    escort: Contact = field(default_factory=Contact)
    """陪同检查的安管人员."""
    principal: Contact = field(default_factory=Contact)
    """主要负责人 who was present."""
    listener: Contact = field(default_factory=Contact)
    """电话督促的接听人; with her telephone."""
    call_minutes: int | None = None
    """电话时长, minutes."""
    opinion: str = ""
    """The enterprise's own words: 被检查单位意见, 企业说明."""
    commitment: str = ""
    """约谈: 被约谈人表态."""
    place: str = ""
    """约谈地点."""
    recorder: str = ""
    """约谈记录人, a member of the regulator."""
    interviewer: Contact = field(default_factory=Contact)
    """约谈人."""


def read_contacts(originals: Originals, digest: Sha256 | None) -> EnterpriseContacts:
    """The enterprise's people; empty when nothing is stored.

    Raises:
        VerificationFailedError: the blob is missing or changed.
    """
    if digest is None:
        return EnterpriseContacts()
    return msgspec.json.decode(originals.read(digest), type=EnterpriseContacts)


def read_details(originals: Originals, digest: Sha256 | None) -> VisitDetails:
    """The people of one visit; empty when nothing is stored.

    Raises:
        VerificationFailedError: the blob is missing or changed.
    """
    if digest is None:
        return VisitDetails()
    return msgspec.json.decode(originals.read(digest), type=VisitDetails)


def store(originals: Originals, blob: EnterpriseContacts | VisitDetails) -> Sha256 | None:
    """Keep a blob; None when there is nothing in it."""
    if blob == type(blob)():
        return None
    return originals.put_bytes(msgspec.json.encode(blob, order="sorted"), ".json")
