"""The C2PA manifest that a photograph or a film may carry, read and judged without any network.

Foreign bytes all of it: `judge` belongs into a bounded child. What is missing is no fault; what was found
and cannot be judged is undecided; whatever fails to verify is never called intact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evidence.filetypes import media
from evidence.filetypes.manifest_marks import manifest_marks

MODULE = "c2pa"
"""Of the extra `[c2pa]`."""
_ADDRESS = re.compile(r"https?://\S+")
_LONGEST = 200
_MATCHES = frozenset({"assertion.dataHash.match", "assertion.bmffHash.match", "assertion.boxesHash.match"})
"""One of them says that the manifest was made for these very bytes."""
_NONE_THERE = "ManifestNotFound"
"""How the reader begins to say that it read the file and there is none."""
_UNKNOWN_SIGNER = "signingCredential.untrusted"
_SETTINGS: Mapping[str, Any] = {
    "verify_after_reading": True,
    "verify_trust": True,
    "remote_manifest_fetch": False,
    "ocsp_fetch": False,
}


class Standing(StrEnum):
    """What became of the question."""

    ABSENT = "absent"
    """It carries none: nothing follows from that."""
    INTACT = "intact"
    """Signature and digests fit these bytes; who signed is another question."""
    CONTRADICTED = "contradicted"
    """File or manifest was changed after the signature."""
    UNDECIDED = "undecided"


class Doubt(StrEnum):
    """Why nothing was decided."""

    NONE = ""
    NOT_INSTALLED = "not_installed"
    REMOTE = "remote"
    """Only an address; nobody goes there."""
    DAMAGED = "damaged"
    """There are remains of one, or one that no reader understands, or that breaks it."""
    NOT_VALID = "not_valid"
    """Readable, and something about signature or certificate does not hold."""
    BOUNDS = "bounds"
    """It took more time or memory than a child has."""
    BUSY = "busy"
    """Another file was being read all the while."""
    MISSING = "missing"
    """The file is not where it was registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which file, and whose signatures are known."""

    path: Path
    name: str
    roots: str = ""
    """Certificates of known issuers, PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the manifest in force says, and whether it holds; every word in it is its signer's own."""

    standing: Standing
    doubt: Doubt = Doubt.NONE
    known: bool = False
    """Whether the signer's certificate leads to one of the known issuers."""
    signer: str = ""
    tool: str = ""
    stamped_at: datetime | None = None
    """Of the time stamp in the signature; None without one."""
    codes: tuple[str, ...] = ()
    """What failed, in the standard's own codes."""
    address: str = ""
    """Where a manifest is said to lie."""


ABSENT = Credentials(standing=Standing.ABSENT)


def undecided(doubt: Doubt, **said: Any) -> Credentials:
    """Nothing decided, and why."""
    return Credentials(standing=Standing.UNDECIDED, doubt=doubt, **said)


def judge(asked: Asked) -> Credentials:
    """What the file's manifest is worth.

    Raises:
        OSError: the file cannot be read.
    """
    kind = media.identify_media(asked.path, asked.name).type
    remains, elsewhere = manifest_marks(asked.path, kind)
    if not remains and not elsewhere:
        return ABSENT
    if find_spec(MODULE) is None:
        return undecided(Doubt.NOT_INSTALLED)
    return _judged(asked, kind, remains=remains)


def _judged(asked: Asked, kind: str, *, remains: bool) -> Credentials:
    import c2pa

    settings: dict[str, Any] = {"verify": dict(_SETTINGS)}
    if asked.roots:
        settings["trust"] = {"user_anchors": asked.roots}
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            asked.path.open("rb") as file,
            c2pa.Reader(kind, file, context=context) as reader,
        ):
            return verdict_of(json.loads(reader.json()))
    except c2pa.C2paError as error:
        return _unread(str(error), remains=remains)


def _unread(said: str, *, remains: bool) -> Credentials:
    """Of a file that the reader makes no manifest of."""
    address = _ADDRESS.search(said)
    if said.startswith("Remote") and address is not None:
        return undecided(Doubt.REMOTE, address=address[0][:_LONGEST])
    looked = said.startswith(_NONE_THERE)
    return ABSENT if looked and not remains else undecided(Doubt.DAMAGED)


def verdict_of(told: Mapping[str, Any]) -> Credentials:
    """What the reader's own report of the manifest in force comes to; of its ingredients nothing is said."""
    manifest = told["manifests"][told["active_manifest"]]
    results = told["validation_results"]["activeManifest"]
    held = {each["code"] for each in results.get("success", ())}
    failed = sorted({each["code"] for each in results.get("failure", ())} - {_UNKNOWN_SIGNER})
    said = _said(manifest)
    if any(code.endswith(".mismatch") for code in failed):
        return Credentials(standing=Standing.CONTRADICTED, codes=tuple(failed), **said)
    state = told.get("validation_state")
    if failed or state not in {"Valid", "Trusted"} or "claimSignature.validated" not in held:
        return undecided(Doubt.NOT_VALID, codes=tuple(failed) or (str(state),), **said)
    if not held & _MATCHES:
        return undecided(Doubt.NOT_VALID, codes=("no hard binding",), **said)
    return Credentials(standing=Standing.INTACT, known=state == "Trusted", **said)


def _said(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Signer, tool and time, each no longer than a line."""
    signature = manifest.get("signature_info") or {}
    names = (signature.get("common_name"), signature.get("issuer"))
    tools = manifest.get("claim_generator_info") or ()
    tool = next((f"{each.get('name', '')} {each.get('version', '')}".strip() for each in tools), "")
    return {
        "signer": _line("，".join(dict.fromkeys(str(each) for each in names if each))),
        "tool": _line(tool or str(manifest.get("claim_generator") or "")),
        "stamped_at": _instant(signature.get("time")),
    }


def _line(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:_LONGEST]


def _instant(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
