"""The plots of the summaries, drawn by matplotlib in the fonts that the papers are printed in."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from evidence.forms.fonts import font_file
from evidence.rules.figures.rates import Rate
from evidence.rules.section import YearCoverage

FAMILY = "Noto Sans CJK SC"
_DPI = 200
_DONE, _OPEN, _NOTHING = "#2f6fab", "#e3a14a", "#b9bfc6"
"""Told apart in black and white, too."""
_ROWS = 12
"""Bars of a chart at most; more are in the table."""


@lru_cache(maxsize=1)
def _chinese() -> str:
    """The family, known to matplotlib.

    Raises:
        MissingPartError: the font is not installed.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(font_file(FAMILY)))
    return FAMILY


@contextmanager
def _drawing(width: float, height: float) -> Iterator[tuple[Any, Callable[[], bytes]]]:
    """Axes to draw on and what writes them as PNG; sizes in inches."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": _chinese(), "axes.unicode_minus": False}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)

        def png() -> bytes:
            out = io.BytesIO()
            figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": ""})
            return out.getvalue()

        yield axes, png


def months_plot(rows: Sequence[Rate]) -> bytes:
    """Hazards found each month, split into rectified and open, as PNG."""
    with _drawing(6.3, 2.7) as (axes, png):
        places = range(len(rows))
        done = [one.rectified for one in rows]
        left = [one.hazards - one.rectified for one in rows]
        axes.bar(places, done, width=0.6, color=_DONE, label="已整改")
        axes.bar(places, left, width=0.6, bottom=done, color=_OPEN, label="未整改")
        for place, one in zip(places, rows, strict=True):
            axes.annotate(one.percent, (place, one.hazards), ha="center", va="bottom", fontsize=8)
        axes.set_xticks(list(places), [one.label for one in rows], rotation=45 if len(rows) > 7 else 0)
        axes.set_ylabel("隐患（项）")
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_xlim(-0.7, max(5, len(rows)) - 0.3)
        axes.margins(y=0.15)
        axes.legend(frameon=False, fontsize=8)
        return png()


def rates_plot(rows: Sequence[Rate]) -> bytes:
    """Hazards of the greatest groups as lying bars, the part rectified in green, as PNG."""
    shown = list(rows[:_ROWS])[::-1]
    with _drawing(6.3, 0.9 + 0.3 * len(shown)) as (axes, png):
        labels = [one.label if len(one.label) <= 16 else one.label[:15] + "…" for one in shown]
        places = range(len(shown))
        done = [one.rectified for one in shown]
        axes.barh(places, done, color=_DONE, label="已整改")
        axes.barh(
            places, [one.hazards - one.rectified for one in shown], left=done, color=_OPEN, label="未整改"
        )
        for place, one in zip(places, shown, strict=True):
            axes.annotate(f" {one.hazards} 项，{one.percent}", (one.hazards, place), va="center", fontsize=8)
        axes.set_yticks(list(places), labels, fontsize=8)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(x=0.2)
        axes.legend(frameon=False, fontsize=8, loc="lower right")
        return png()


def coverage_plot(years: Iterable[YearCoverage]) -> bytes:
    """The section in each service year: closed, under way, never visited, as PNG."""
    listed = list(years)[::-1]
    with _drawing(6.3, 0.9 + 0.5 * len(listed)) as (axes, png):
        places = range(len(listed))
        start = [0] * len(listed)
        groups = (
            ("已闭环", _DONE, [len(one.closed) for one in listed]),
            ("已检查未闭环", _OPEN, [len(one.visited) - len(one.closed) for one in listed]),
            ("从未检查", _NOTHING, [len(one.never_visited) for one in listed]),
        )
        for label, colour, counts in groups:
            axes.barh(places, counts, left=start, color=colour, label=label)
            for place, (begin, count) in enumerate(zip(start, counts, strict=True)):
                if count:
                    axes.annotate(
                        str(count), (begin + count / 2, place), ha="center", va="center", fontsize=9
                    )
            start = [begin + count for begin, count in zip(start, counts, strict=True)]
        axes.set_yticks(list(places), [f"第{one.year}服务年度" for one in listed])
        axes.set_xlabel("企业（家）")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        return png()
