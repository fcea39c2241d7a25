"""One command for all figures: what it finds, prints and writes, and that a missed target is said."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench import __main__ as collector
from bench.page import place, write_page
from bench.result import Figure, figure

MET = figure("bag: make", 1.0, "s", peer="bagit-python", peer_value=2.0, target="ratio <= 1", met=True)
MISSED = figure("scale: append <p50>", 9.0, "ms", peer="before", peer_value=3.0, target="≤ 1.3 ×", met=False)
PLAIN = figure("scale: load", 5000, "events/s", note="in blocks")
RESULTS = [MET, MISSED, PLAIN]
KEYS = {"figure", "value", "unit", "peer", "peer_value", "ratio", "target", "met", "note"}


def test_every_benchmark_is_found_and_no_part_of_one() -> None:
    names = collector.available()
    assert {"bag", "bundle", "issue", "ledger", "recordings", "scale", "verify"} <= set(names)
    assert not {"__main__", "page", "result", "scale_load"} & set(names)


def test_a_missed_target_is_printed_as_missed() -> None:
    lines = collector.table(RESULTS)
    assert len(lines) == 4
    assert "MISSED" in lines[2]
    assert "MISSED" not in lines[1] + lines[3]
    assert collector.summary(RESULTS) == "3 figures, 1 of 2 targets met; MISSED: scale: append <p50>"
    assert collector.summary([MET, PLAIN]) == "2 figures, 1 of 1 targets met"


def test_a_benchmark_that_breaks_is_a_figure_that_is_missed() -> None:
    (broken,) = collector.measure("no_such_benchmark", quick=True, limit=60)
    assert (broken["figure"], broken["met"]) == ("no_such_benchmark: did not finish", False)
    assert broken["note"] == "exit 1"


def test_a_benchmark_that_takes_too_long_is_ended_and_said() -> None:
    (late,) = collector.measure("ledger", quick=True, limit=0.01)
    assert (late["figure"], late["met"]) == ("ledger: did not finish", False)
    assert "longer than" in late["note"]
    (never,) = collector.measure("ledger", quick=True, limit=0.0)
    assert "not begun" in never["note"]


def test_results_have_the_published_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(name: str, *, quick: bool, limit: float) -> list[Figure]:
        assert (name, quick) == ("bag", True)
        assert 0 < limit <= 150
        return RESULTS

    monkeypatch.setattr(collector, "HERE", tmp_path)
    monkeypatch.setattr(collector, "available", lambda: ["bag"])
    monkeypatch.setattr(collector, "measure", measured)
    assert collector.main(["--quick"]) == 0
    document = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert list(document) == ["machine", "at", "commit", "results"]
    assert all(set(row) == KEYS for row in document["results"])
    assert (tmp_path / "out" / "index.html").is_file()


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bars = 0
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.bars += tag == "rect"
        self.fetched += [value or "" for name, value in attributes if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_plots_each_comparison_and_names_what_was_missed(tmp_path: Path) -> None:
    document = {"machine": "2 x <cpu>", "at": "2026-11-23", "commit": "abc", "results": RESULTS}
    write_page(document, tmp_path / "out" / "index.html")
    page = Page()
    page.feed((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert page.bars == 2
    assert page.fetched == []
    assert "1 of 2 targets met; missed:scale: append <p50>: 9.0 ms, ≤ 1.3 ×" in page.text
    assert "2 x <cpu>" in page.text


def test_a_ratio_beyond_the_plot_ends_at_its_edge() -> None:
    assert place(1000) == place(32) > place(1) > place(0.5) > place(1 / 32) == place(0.0001)
