"""Whether somebody's signature is sound, whoever he is: trust is the auditor's decision, not ours."""

from __future__ import annotations

import logging

from pyhanko_certvalidator import ValidationContext

for _name in ("pyhanko", "pyhanko_certvalidator"):
    # that no path leads to an anchor is expected here, and no reason to print a traceback at the clerk
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def anyone() -> ValidationContext:
    """A context without anchors, for judging integrity only."""
    return ValidationContext(trust_roots=[], allow_fetching=False)
