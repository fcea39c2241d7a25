"""What this program is called where it is installed from, and which parts an installation may lack.

`evidence` on the public index is somebody else's program, and our own distribution name is not
registered there either: install commands name the delivered file, never a name to be looked up.
"""

from __future__ import annotations

from importlib.util import find_spec

from evidence import __version__

DISTRIBUTION = "evidence-handover"
WHEEL = f"evidence_handover-{__version__}-py3-none-any.whl"

AGENCY_MODULES = frozenset(
    {
        "PIL", "argon2", "av", "axes", "csp", "cv2", "django", "django_htmx", "docx", "docxtpl",
        "icalendar", "img2pdf", "jinja2", "keyring", "lxml", "matplotlib", "numpy", "olefile", "openpyxl",
        "pikepdf", "pillow_heif", "pkcs11", "prometheus_client", "pymediainfo", "pypdfium2",
        "pypinyin", "segno", "tinydb", "tnefparse", "typst", "uvicorn", "watchdog", "whitenoise",
        "xlsxwriter", "yaml", "zxingcpp"
    }
)  # fmt: skip
"""Top-level modules that `[agency]` brings."""
POSTGRES_MODULES = frozenset({"psycopg", "psycopg_pool", "procrastinate"})
OCR_MODULES = frozenset({"rapidocr", "onnxruntime"})
MAIL_MODULES = frozenset({"imap_tools"})
API_MODULES = frozenset({"ninja", "pydantic"})
C2PA_MODULES = frozenset({"c2pa"})
LDAP_MODULES = frozenset({"ldap3"})
OIDC_MODULES = frozenset({"authlib", "joserfc", "requests"})


BASE_COMMANDS = frozenset({"verify", "init", "schema"})
"""What the auditor's installation can do; the base packages are all they need."""
_PROBE = "tinydb"
"""Stands for the agency's parts: its absence is told before a command begins, not in its midst."""


def lacks_agency_part() -> str:
    """The module whose absence shows that only the base is installed; empty when it is there."""
    try:
        return "" if find_spec(_PROBE) is not None else _PROBE
    except ModuleNotFoundError:
        return _PROBE


def install_command(extra: str) -> str:
    """What to type to install the delivered wheel with one of its extras."""
    return f"pip install './{WHEEL}[{extra}]'"


def part_of(module: str) -> str:
    """The extra that a missing module belongs to; empty for one that is in none."""
    top = module.partition(".")[0]
    extras = {
        "agency": AGENCY_MODULES,
        "postgres": POSTGRES_MODULES,
        "ocr": OCR_MODULES,
        "mail": MAIL_MODULES,
        "api": API_MODULES,
        "c2pa": C2PA_MODULES,
        "ldap": LDAP_MODULES,
        "oidc": OIDC_MODULES,
    }
    return next((extra for extra, modules in extras.items() if top in modules), "")
