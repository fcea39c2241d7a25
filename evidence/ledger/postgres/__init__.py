"""The ledger on PostgreSQL: the same journal lines and the same view, for many writers on many hosts."""
