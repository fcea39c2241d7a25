"""The one error root. Each error owns its exit code and says what, where and what to do next."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the command `evidence`; scripts rely on them."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INCOMPLETE = 3
    VERIFICATION_FAILED = 4
    UNDECIDED = 5
    LEDGER_DAMAGED = 6
    MISSING_PART = 7
    INTERRUPTED = 130


class EvidenceError(Exception):
    """Root of every error a person is meant to read.

    Attributes:
        what: what is wrong, one sentence without a stack trace.
        where: file, sheet and cell, journal line or setting; empty when `what` says it already.
        remedy: what the reader does next.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.where, self.remedy) if part)


class UsageError(EvidenceError):
    """The command or its arguments are wrong: unknown form, unknown case, bad week."""

    exit_code = ExitCode.USAGE


class InputError(EvidenceError):
    """A file a person wrote cannot be read; `where` names sheet, row and column."""

    exit_code = ExitCode.USAGE


class IncompleteError(EvidenceError):
    """Something the contract requires is missing."""

    exit_code = ExitCode.INCOMPLETE


class VerificationFailedError(EvidenceError):
    """A package, signature or archive object is not what it claims to be."""

    exit_code = ExitCode.VERIFICATION_FAILED


class UndecidedError(EvidenceError):
    """A person or trust material must decide."""

    exit_code = ExitCode.UNDECIDED


class LedgerDamagedError(EvidenceError):
    """The journal is broken; nothing may be written until a person has looked."""

    exit_code = ExitCode.LEDGER_DAMAGED


class MissingPartError(EvidenceError):
    """A needed program, font, key or service is not there."""

    exit_code = ExitCode.MISSING_PART


class UnreadableError(InputError):
    """A file from outside proves nothing as it is; intake turns it into an outcome.

    Attributes:
        reason: one of the interface's reasons, e.g. `malformed`, `encrypted`, `too_large`.
    """

    def __init__(self, reason: str, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.reason = reason
