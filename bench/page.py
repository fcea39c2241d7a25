"""A page with one bar a figure: its ratio to the peer or floor measured in the same run."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; color: #222 }
td, th { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top }
.missed { color: #a40000 } .met { color: #1a6b2c } small { color: #555 }
"""
WIDTH = 240


def bar(row: dict[str, Any]) -> str:
    """An SVG bar: full width is twice the peer; the line marks the peer itself."""
    if row["ratio"] is None:
        return ""
    length = min(row["ratio"] / 2, 1) * WIDTH
    colour = "#a40000" if row["met"] is False else "#2b5c8a"
    return (
        f'<svg width="{WIDTH}" height="14" role="img" aria-label="ratio {row["ratio"]}">'
        f'<rect width="{length:.0f}" height="14" fill="{colour}"/>'
        f'<line x1="{WIDTH / 2}" x2="{WIDTH / 2}" y2="14" stroke="#222"/></svg> {row["ratio"]}'
    )


def write_page(document: dict[str, Any], target: Path) -> None:
    """Write the page; nothing in it is fetched from elsewhere."""
    rows = "".join(
        f"<tr><td>{escape(row['figure'])}<br><small>{escape(row['note'])}</small></td>"
        f"<td>{row['value']} {escape(row['unit'])}</td>"
        f"<td>{escape(row['peer'])} {'' if row['peer_value'] is None else row['peer_value']}</td>"
        f"<td>{bar(row)}</td><td>{escape(row['target'])}</td>"
        f"<td class={'missed' if row['met'] is False else 'met'}>"
        f"{ {True: 'met', False: 'missed', None: ''}[row['met']] }</td></tr>"
        for row in document["results"]
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>evidence: figures</title>"
        f"<style>{STYLE}</style>"
        f"<h1>Figures</h1><p>{escape(document['machine'])}, {document['at']}, commit {document['commit']}</p>"
        "<table><tr><th>figure<th>value<th>peer or floor<th>ratio (line = peer)<th>target<th></tr>"
        f"{rows}</table></html>",
        encoding="utf-8",
    )
