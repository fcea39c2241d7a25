"""Results of template checks, kept by the template's own bytes so that none is rendered twice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec

from evidence import __version__
from evidence.durable import write_whole
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.declaration import FormDeclaration
from evidence.language import chosen_language

CHECK_REVISION = 1
"""Raised when the check itself changes, so that results of the old one are not taken for its own."""
_MOST_KEPT = 200
"""Results kept at most; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFinding:
    """One thing to put right."""

    form: str
    level: str
    """`error`: the form cannot be issued so; `warning`: look at it."""
    message: str
    where: str = ""
    unreadable: bool = False
    """The file itself cannot be opened or filled; nothing more can be said of it."""


class KeptChecks:
    """Digest of a template -> findings, in one small JSON file that may be deleted at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, digest: str) -> tuple[TemplateFinding, ...] | None:
        """Findings of an earlier check; None when there was none, or its file is not readable."""
        return self._read().get(digest)

    def put(self, digest: str, findings: tuple[TemplateFinding, ...]) -> None:
        """Keep the findings; a disk that refuses them is no reason to stop."""
        kept = {**self._read(), digest: findings}
        newest = dict(list(kept.items())[-_MOST_KEPT:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, msgspec.json.encode(newest))
        except OSError:
            return

    def _read(self) -> dict[str, tuple[TemplateFinding, ...]]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, tuple[TemplateFinding, ...]])
        except (OSError, msgspec.MsgspecError):
            return {}


def template_digest(catalogue: Catalogue, form: FormDeclaration) -> str:
    """Digest of a template, its declaration and the check that judges them.

    Raises:
        MissingPartError: the Word file is gone.
    """
    return _digest(catalogue.docx(form), catalogue.folder / form.id / "form.toml")


def shipped_digests() -> frozenset[str]:
    """Digests of the templates that come with the program, which its own tests have checked."""
    return _shipped(chosen_language())


@lru_cache(maxsize=2)
def _shipped(_language: str) -> frozenset[str]:
    folder = shipped_templates()
    return frozenset(_digest(path, path.with_name("form.toml")) for path in folder.glob("*/form.docx"))


def _digest(docx: Path, declaration: Path) -> str:
    found = sha256(f"{CHECK_REVISION} {__version__} {chosen_language()}\n".encode())
    for path in (docx, declaration):
        found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()
