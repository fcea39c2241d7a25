"""What a verification says: the shape of `verify --json`, in the terms of ETSI EN 319 102-1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from evidence.errors import ExitCode
from evidence.verify.circumstances import Circumstances, StatedPackage
from evidence.verify.signature_facts import NO_DETAILS, SignatureDetails


class Indication(StrEnum):
    """The verdict (ETSI EN 319 102-1, 5.1.3)."""

    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"


def exit_code_of(indication: Indication, *, complete: bool) -> ExitCode:
    """The exit code of a verdict on material that says itself whether it is complete."""
    if indication is Indication.FAILED:
        return ExitCode.VERIFICATION_FAILED
    if indication is Indication.INDETERMINATE:
        return ExitCode.UNDECIDED
    return ExitCode.DONE if complete else ExitCode.INCOMPLETE


class CheckKind(StrEnum):
    """Outcome of one check. `review` keeps the whole from passing; `note` is only stated."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REVIEW = "review"
    NOTE = "note"


class Integrity(StrEnum):
    """Whether a signature's bytes are sound, whoever made it."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    id: str
    """`<area>.<what>`; stable, listed in the auditor's guide."""
    kind: CheckKind
    message: str
    """Chinese, one sentence; says what to do when something is to be done."""
    location: str = ""
    """File within the package, field, journal line."""
    sub_indication: str = ""
    """Standard's name for the reason; not part of the JSON row."""
    decides: bool = True
    """False for what is only stated: it changes neither indication nor exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """One signature or document time stamp."""

    file: str
    field: str
    signer: str
    """Common name and organisation of the certificate; empty when there is none."""
    signed_at: datetime | None
    """As the signer claims."""
    timestamp: datetime | None
    """Of the time-stamp authority; None without a sound token."""
    level: str
    """`B-B`, `B-T`, `B-LT`, `B-LTA`, `DocTimeStamp`, empty when unreadable."""
    integrity: Integrity
    coverage: str
    """`entire_file`, `entire_revision`, `partial`, `unclear`."""
    modifications: str
    """What was added after it: `none`, `lta_updates`, `metadata_updates`, `form_filling`, `annotations`,
    `other` (a proven change), `unknown` (an update that the analysis cannot explain)."""
    trusted: bool
    sub_indication: str = ""
    """Standard's name of what keeps it from being trusted."""
    details: SignatureDetails = NO_DETAILS
    """What the verdict rested on."""

    @property
    def indication(self) -> Indication:
        """This signature's own verdict; the package's may be graver."""
        if self.integrity is Integrity.FAILED or self.sub_indication in _FINAL:
            return Indication.FAILED
        if self.integrity is Integrity.PASSED and self.trusted and self.modifications in _HARMLESS:
            return Indication.PASSED
        return Indication.INDETERMINATE

    def to_json(self) -> dict[str, Any]:
        """The row as `verify --json` prints it: the verdict, then what it rested on."""
        told = {name: getattr(self, name) for name in _TOLD}
        details = self.details
        own = details.chain[0] if details.chain else None
        return told | {
            "indication": self.indication,
            "sub_indication": self.sub_indication,
            "certificate_sha256": own.sha256 if own else "",
            "certificate_serial": own.serial if own else "",
            "algorithms": {"digest": details.digest_algorithm, "signature": details.signature_algorithm},
            "chain": [each.to_json() for each in details.chain],
            "time_stamp_authority": [each.to_json() for each in details.authority],
            "proof_of_existence": details.proof,
        }


_TOLD = (
    *("file", "field", "signer", "signed_at", "timestamp", "level", "integrity", "coverage"),
    *("modifications", "trusted"),
)
_FINAL = frozenset({"REVOKED", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "FORMAT_FAILURE", "NOT_YET_VALID"})
_HARMLESS = frozenset({"none", "lta_updates", "form_filling"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A party other than the agency that held a checkpoint of this ledger."""

    by: str
    """Who: the regulator's name, or the reader himself through a package he kept."""
    what: str
    """`receipt` or `package`."""
    package: str
    """Id of the package whose checkpoint it witnesses."""
    at: datetime | None = None
    """When: the receipt's signature, or the kept package's time stamp; None when nothing tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """How this package hangs together with those before it."""

    checkpoint: str = ""
    """Fingerprint in groups of four."""
    previous: str = ""
    """Id of the package before, as this one names it."""
    continuous: bool = False
    witnessed: bool = False
    witnesses: tuple[Witness, ...] = ()
    """By whom, what and when; the week is the package's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessReport:
    """Whether the package calls itself complete, and whether its judgement can be reproduced."""

    complete: bool = False
    owed_before: int = 0
    """What earlier packages declared missing and this one still owes."""
    supplement: bool = False
    """Complete then means: in what it carries, never the week."""
    recomputed: str = "unknown_ruleset"
    """`equal`, `differs`, `unknown_ruleset`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole answer."""

    subject: str
    """Name of what was verified, without its folder."""
    what: str
    """`package`, `payment` or `pdf`."""
    at: datetime
    indication: Indication
    sub_indication: str
    evaluation_keys: bool
    checks: tuple[Check, ...]
    signatures: tuple[SignatureRow, ...] = ()
    ledger: LedgerReport = field(default_factory=LedgerReport)
    completeness: CompletenessReport = field(default_factory=CompletenessReport)
    fingerprints: tuple[tuple[str, str], ...] = ()
    """(certificate subject, SHA-256 in hex) to compare by another channel."""
    package: StatedPackage = field(default_factory=StatedPackage)
    """What the package says it is."""
    circumstances: Circumstances | None = None
    """Real time, bytes, trust and program; None when nobody took them down."""

    @property
    def exit_code(self) -> ExitCode:
        """4 failed, 5 undecided, 3 genuine but incomplete by its own word, 0 otherwise."""
        complete = self.what != "package" or self.completeness.complete
        return exit_code_of(self.indication, complete=complete)

    def to_json(self) -> dict[str, Any]:
        """The document that `verify --json` prints."""
        return {
            "subject": self.subject,
            "at": self.at,
            "indication": self.indication,
            "sub_indication": self.sub_indication,
            "evaluation_keys": self.evaluation_keys,
            "checks": [
                {"id": check.id, "kind": check.kind, "message": check.message, "location": check.location}
                for check in self.checks
            ],
            "signatures": [row.to_json() for row in self.signatures],
            "ledger": self.ledger,
            "completeness": self.completeness,
            "package": self.package,
            "circumstances": self.circumstances,
            "fingerprints": [{"subject": subject, "sha256": digest} for subject, digest in self.fingerprints],
        }


def conclude(checks: tuple[Check, ...]) -> tuple[Indication, str]:
    """The verdict over all checks: one failure fails all, one open question leaves it open."""
    for kind, indication in (
        (CheckKind.FAIL, Indication.FAILED),
        (CheckKind.REVIEW, Indication.INDETERMINATE),
    ):
        for check in checks:
            if check.kind is kind and check.decides:
                return indication, check.sub_indication or "GENERIC"
    if not any(check.kind is CheckKind.PASS for check in checks):
        return Indication.INDETERMINATE, "SIGNED_DATA_NOT_FOUND"
    return Indication.PASSED, ""


def passed(id: str, message: str, location: str = "") -> Check:
    """A check that is in order."""
    return Check(id=id, kind=CheckKind.PASS, message=message, location=location)


def failed(id: str, message: str, location: str = "", sub: str = "FORMAT_FAILURE") -> Check:
    """A check that fails the whole."""
    return Check(id=id, kind=CheckKind.FAIL, message=message, location=location, sub_indication=sub)


def review(id: str, message: str, location: str = "", sub: str = "GENERIC") -> Check:
    """A check that a person or further material must decide."""
    return Check(id=id, kind=CheckKind.REVIEW, message=message, location=location, sub_indication=sub)


def stated(id: str, message: str, location: str = "") -> Check:
    """Something a person should look at that leaves the verdict as it is."""
    return Check(id=id, kind=CheckKind.REVIEW, message=message, location=location, decides=False)


def note(id: str, message: str, location: str = "") -> Check:
    """Something the reader must know that decides nothing."""
    return Check(id=id, kind=CheckKind.NOTE, message=message, location=location)
