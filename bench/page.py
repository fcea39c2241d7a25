"""One page with every figure and a plot for each group: ratios to peers and floors of the same run."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.missed { color: #a40000; font-weight: bold } .met { color: #1a6b2c } small { color: #555 }
svg text { font: 12px system-ui, sans-serif; fill: #222 }
"""
WORDS = {True: "met", False: "MISSED", None: ""}
COLOURS = {True: "#1a6b2c", False: "#a40000", None: "#2b5c8a"}
ROW, LABELS, WIDTH = 22, 420, 960
LEAST, MOST = 1 / 32, 32
"""Ratios beyond these end at the edge of a plot."""


def write_page(document: dict[str, Any], target: Path) -> None:
    """Write the page; nothing in it is fetched from elsewhere."""
    results = document["results"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in results:
        groups.setdefault(row["figure"].partition(":")[0], []).append(row)
    sections = "".join(section(name, rows) for name, rows in groups.items())
    judged = [row for row in results if row["met"] is not None]
    missed = [row for row in judged if not row["met"]]
    listed = "".join(
        f"<li class=missed>{escape(row['figure'])}: {amount(row)}, {escape(row['target'])}</li>"
        for row in missed
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>evidence: figures</title>"
        f"<style>{STYLE}</style><h1>Figures</h1>"
        f"<p>{escape(document['machine'])}<br>"
        f"{escape(document['at'])}, commit {escape(document['commit'])}</p>"
        f"<p>{len(judged) - len(missed)} of {len(judged)} targets met"
        f"{'; missed:' if missed else '.'}</p><ul>{listed}</ul>"
        "<p>Plots show our value divided by that of a peer or floor measured in the same run, on a "
        "logarithmic scale: left of the line 1 is less time or memory than the peer.</p>"
        f"{sections}</html>",
        encoding="utf-8",
    )


def section(name: str, rows: list[dict[str, Any]]) -> str:
    """One group of figures: its plot, then its table."""
    cells = "".join(
        f"<tr><td>{escape(row['figure'])}<br><small>{escape(row['note'])}</small></td>"
        f"<td class=number>{amount(row)}</td>"
        f"<td>{escape(row['peer'])}</td>"
        f"<td class=number>{'' if row['peer_value'] is None else row['peer_value']}</td>"
        f"<td class=number>{'' if row['ratio'] is None else row['ratio']}</td>"
        f"<td>{escape(row['target'])}</td>"
        f"<td class={'missed' if row['met'] is False else 'met'}>{WORDS[row['met']]}</td></tr>"
        for row in rows
    )
    return (
        f"<h2>{escape(name)}</h2>{plot([row for row in rows if row['ratio']])}"
        "<table><tr><th>figure<th>value<th>peer or floor<th>its value<th>ratio<th>target<th></tr>"
        f"{cells}</table>"
    )


def plot(rows: list[dict[str, Any]]) -> str:
    """A bar from 1 to each ratio; empty when nothing was compared."""
    if not rows:
        return ""
    height = ROW * (len(rows) + 1)
    middle = place(1)
    grid = ""
    for tick in (1 / 16, 1 / 4, 1, 4, 16):
        x, colour = f"{place(tick):.0f}", "#222" if tick == 1 else "#ddd"
        grid += f'<line x1="{x}" x2="{x}" y2="{height - ROW}" stroke="{colour}"/>'
        grid += f'<text x="{x}" y="{height - 6}" text-anchor="middle">{tick:g}</text>'
    bars = ""
    for number, row in enumerate(rows):
        left, right = sorted((middle, place(row["ratio"])))
        label = row["figure"].partition(":")[2].strip()
        title = escape(f"{row['figure']}: {row['ratio']} × {row['peer']}")
        bars += (
            f'<text x="0" y="{number * ROW + 15}">{escape(label[:62])}</text>'
            f'<rect x="{left:.1f}" y="{number * ROW + 4}" width="{max(right - left, 1):.1f}" height="14" '
            f'fill="{COLOURS[row["met"]]}"><title>{title}</title></rect>'
        )
    return (
        f'<svg width="{WIDTH}" height="{height}" role="img" aria-label="ratios to peers">{grid}{bars}</svg>'
    )


def place(ratio: float) -> float:
    """Where a ratio lies across the plot."""
    share = math.log(min(max(ratio, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LABELS + share * (WIDTH - LABELS - 20)


def amount(row: dict[str, Any]) -> str:
    """Value and unit."""
    return escape(f"{row['value']} {row['unit']}".strip())
