"""The E-ARK validator in an environment of its own, with the vocabularies that it ships."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PYTHON = Path(__file__).parents[2] / ".venv-eark" / "bin" / "python"
_RUN = """
import importlib.util, sys, urllib.request
from pathlib import Path
shipped = Path(importlib.util.find_spec("eark_validator").origin).parent / "ipxml" / "resources" / "vocabs"
urllib.request.urlopen = lambda address: (shipped / address.rpartition("/")[2]).open("rb")
from eark_validator.cli.app import main
main()
"""
CONTRADICTORY = frozenset({"SIP14"})
"""SIP14 wants of every creator's note an attribute `NOTETYPE` without prefix, which the METS schema forbids
and CSIP16 contradicts (`csip:NOTETYPE`); the examples of the E-ARK profiles have the prefix and fail."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the validator says of a package."""

    structure: str
    schema: str
    errors: frozenset[str]
    """Rules broken at level Error, in structure and metadata."""


def validate(package: Path) -> Verdict:
    """Run it over a folder."""
    done = subprocess.run(
        [str(_PYTHON), "-c", _RUN, str(package)], capture_output=True, text=True, timeout=120, check=True
    )
    report = json.loads(done.stdout.splitlines()[-1])
    metadata = report["metadata"]
    said = [
        *report["structure"]["messages"],
        *metadata["schema_results"]["messages"],
        *metadata["schematron_results"]["messages"],
    ]
    return Verdict(
        structure=report["structure"]["status"],
        schema=metadata["schema_results"]["status"],
        errors=frozenset(each["rule_id"] for each in said if each["severity"] == "Error"),
    )
