"""The week's journey out: gather what the ledger knows, judge it, build and sign the package."""
