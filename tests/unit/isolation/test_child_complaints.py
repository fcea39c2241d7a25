"""A child that breaks tells its story to the trace, never to the clerk's terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.isolation.child import Child

BREAKING = "raise RuntimeError('a bug in the reader')"


def test_a_breaking_worker_prints_nothing_on_the_terminal(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVIDENCE_TRACE", raising=False)
    assert Child(BREAKING).process.wait(30) == 1
    assert capfd.readouterr().err == ""


def test_the_trace_keeps_what_a_breaking_worker_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_TRACE", str(tmp_path / "trace.txt"))
    Child(BREAKING).process.wait(30)
    assert "a bug in the reader" in (tmp_path / "trace.txt").read_text()
