"""Mail, virus scan, archives, webhooks and the interface for programs cost nobody who does not use them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from evidence.release import API_MODULES, LDAP_MODULES, MAIL_MODULES, OIDC_MODULES

ROOT = Path(__file__).parents[3]
BASE = {
    "asn1crypto", "chinesecalendar", "click", "cryptography", "fonttools", "fpdf2", "msgspec", "pyhanko",
    "pyhanko-certvalidator", "pypdf", "python-dateutil", "rich", "tzdata", "xsdata",
}  # fmt: skip
"""What `evidence verify` needs, and nothing more: whoever adds to it explains why to an auditor."""
ROOMS = (
    "evidence.mail", "evidence.exchange", "evidence.webhooks", "evidence.identity", "evidence.antivirus",
    "evidence.web",
)  # fmt: skip


def test_the_base_installation_has_not_grown() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {each.split(">=")[0].split("[")[0] for each in project["dependencies"]} == BASE


def test_mail_and_interface_are_extras_of_their_own() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert any("imap-tools" in each for each in extras["mail"])
    assert any("django-ninja" in each for each in extras["api"])
    assert any("ldap3" in each for each in extras["ldap"])
    assert any("authlib" in each for each in extras["oidc"])
    assert not any(
        name in each for name in ("imap-tools", "ninja", "ldap3", "authlib") for each in extras["agency"]
    )


@pytest.mark.parametrize("words", [["--help"], ["verify", "--help"]], ids=["help", "verify"])
def test_what_starts_without_them_loads_none_of_them(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from evidence.cli.main import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert not [name for name in loaded if name.startswith(ROOMS)]
    optional = MAIL_MODULES | API_MODULES | LDAP_MODULES | OIDC_MODULES
    assert not [name for name in loaded if name.partition(".")[0] in optional]
