"""Writes docs/api.md: every address below `/api/`, from the description that the desk itself serves.

`make docs` writes the page; `print` as argument prints it. Django is set up once a process, so
that whoever compares runs it in one of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
HEAD = """# The desk's interface for other programs

For whoever writes a program that asks the desk, or brings it files. What it is and how it is switched on:
[other systems](exchange/other-systems.md#programs-that-ask-api). The same as OpenAPI 3.1:
`/api/openapi.json`.

Written by `make docs` from that description.

Every request carries `Authorization: Bearer evd_…`. Lists answer `{"items": […], "count": n}` and take
`limit` (100) and `offset` (0). Days are Shanghai's, instants UTC (RFC 3339). A refusal is a JSON object
with `what` and `remedy`:

| status | when |
|---|---|
| 401 | no token, or a wrong one |
| 403 | the token's role may not do this |
| 404 | nothing there, or the interface is off |
| 409 | refused as it stands: `what` says why, `remedy` what to do |
| 422 | a parameter is not of its kind |
| 429 | more requests in a minute than `[api] requests_per_minute` |
"""


def page() -> str:
    """docs/api.md."""
    described = _described()
    shapes: dict[str, Any] = described["components"]["schemas"]
    lines = [HEAD, "## Addresses", "", "| method | address | parameters | answers |", "|---|---|---|---|"]
    for address, methods in described["paths"].items():
        for method, told in methods.items():
            lines.append(f"| {method.upper()} | `{address}` | {_parameters(told)} | {told['description']} |")
    lines += ["", "## What is answered", ""]
    shown = [name for name in shapes if not name.startswith("Paged") and name not in ("Input", "Refusal")]
    for name in shown:
        lines += [f"### {name}", "", "| member | kind |", "|---|---|", *_members(shapes[name]), ""]
    return "\n".join(lines)


def _described() -> dict[str, Any]:
    from evidence.config import open_workspace
    from evidence.settings import SETTINGS_FILE
    from evidence.web import server

    with tempfile.TemporaryDirectory(prefix="api-page-") as folder:
        root = Path(folder)
        (root / SETTINGS_FILE).write_text(
            '[contract]\ncode = "WJB"\n[api]\nenabled = true\n', encoding="utf-8"
        )
        (root / "inbox").mkdir()
        server.prepare(open_workspace(root), server.Place())
        from evidence.web.api.endpoints import api

        return dict(api.get_openapi_schema())


def _parameters(told: dict[str, Any]) -> str:
    named = [
        f"`{each['name']}`" + ("" if each["required"] else "?")
        for each in told.get("parameters", ())
        if each["name"] not in ("limit", "offset")
    ]
    if "requestBody" in told:
        named.append("`file` (multipart)")
    return ", ".join(named) or "–"


def _members(shape: dict[str, Any]) -> Iterator[str]:
    for name, member in shape.get("properties", {}).items():
        yield f"| `{name}` | {_kind(member)} |"


def _kind(member: dict[str, Any]) -> str:
    if "$ref" in member:
        return f"[{member['$ref'].rpartition('/')[2]}](#{member['$ref'].rpartition('/')[2].lower()})"
    if "anyOf" in member:
        return " or ".join(_kind(each) for each in member["anyOf"])
    if member.get("type") == "array":
        return f"list of {_kind(member['items'])}"
    kind = str(member.get("format") or member.get("type", "any"))
    return f"{kind}: {', '.join(map(str, member['enum']))}" if "enum" in member else kind


def printed() -> str:
    """The page, made in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.api_page", "print"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: printed()}


if __name__ == "__main__":
    if sys.argv[1:] == ["print"]:
        sys.stdout.write(page())
