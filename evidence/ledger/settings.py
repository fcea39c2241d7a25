"""Where the ledger is kept: the table `[ledger]` of evidence.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """An empty `database` is the embedded ledger, in `archive/ledger`."""

    database: str = ""
    """PostgreSQL connection string or URL. No password in it: libpq finds that in ~/.pgpass, in the file
    named by `passfile=`, or in PGPASSWORD."""
    schema: str = "evidence"
    """Schema of this agency's tables; several agencies share one database under several schemas."""
    lock_timeout_s: int = 30
    """Seconds to wait for another writer before failing loudly."""
    patience_s: int = 30
    """Seconds to wait for a database that is restarting before giving up; nothing is lost either way."""
