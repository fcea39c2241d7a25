"""The long run of the recognition bench: kept page by page, taken up again, never of two versions unsaid."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench import recognition
from bench.recognition_kept import Kept, MixedVersionsError, PageKept, Version, read_kept, version_of
from bench.recognition_tally import Tally, confusion, figures, interval

MADE_BY = Version(commit="v1", reader="r1", simulator="s1", forms="f1", libraries="l1")


def page(seed: int, *, profile: str = "office", **counts: int) -> PageKept:
    return PageKept(
        profile=profile,
        seed=seed,
        counts={"pages": 1, **(counts or {"linked": 1})},
        misses=[f"{seed}: asked"],
        simulated_ms=500,
        read_ms=200 + seed,
    )


def keep(path: Path, *pages: PageKept) -> None:
    with Kept(path, MADE_BY) as kept:
        for one in pages:
            kept.add(one)


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seeds that were simulated and read, instead of doing it."""
    seeds: list[int] = []

    def finish(seed: int, *, profile: str, **_rest: object) -> PageKept:
        seeds.append(seed)
        return page(seed, profile=profile)

    monkeypatch.setattr(recognition, "finish_page", finish)
    return seeds


def go_on(path: Path, seeds: range, told: list[str] | None = None) -> Tally:
    with Kept(path, MADE_BY) as kept:
        return recognition.tally_profile(
            "office",
            seeds,
            path.parent,
            workers=1,
            ocr=False,
            kept=kept,
            tell=([] if told is None else told).append,
        )


def test_a_second_start_goes_on_where_the_first_stopped(tmp_path: Path, finished: list[int]) -> None:
    file, told = tmp_path / "run.jsonl", []
    keep(file, page(0), page(1), page(3), page(1, profile="fax"))
    tally = go_on(file, range(5), told)
    assert finished == [2, 4]
    assert tally.counts == {"pages": 5, "linked": 5}
    assert told == ["office: 3 of 5 pages taken from the file"]
    go_on(file, range(5))
    assert finished == [2, 4]


def test_a_page_is_in_the_file_before_the_next_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.jsonl"

    def die_at_two(seed: int, *, profile: str, **_rest: object) -> PageKept:
        assert [one.seed for one in read_kept(file)[0]] == list(range(seed))
        if seed == 2:
            raise KeyboardInterrupt
        return page(seed, profile=profile)

    monkeypatch.setattr(recognition, "finish_page", die_at_two)
    with pytest.raises(KeyboardInterrupt):
        go_on(file, range(5))
    assert [one.seed for one in read_kept(file)[0]] == [0, 1]


def test_a_torn_last_line_is_cut_off_and_its_page_made_again(tmp_path: Path, finished: list[int]) -> None:
    file = tmp_path / "run.jsonl"
    keep(file, page(0), page(1))
    file.write_bytes(file.read_bytes()[:-7])
    assert [one.seed for one in read_kept(file)[0]] == [0]
    go_on(file, range(2))
    assert finished == [1]
    assert [one.seed for one in read_kept(file)[0]] == [0, 1]


@pytest.mark.parametrize("part", ["reader", "simulator", "forms", "libraries"])
def test_versions_are_not_mixed_unless_told(tmp_path: Path, part: str) -> None:
    file = tmp_path / "run.jsonl"
    keep(file, page(0))
    before = file.read_bytes()
    other = msgspec.structs.replace(MADE_BY, **{part: "2"})
    with pytest.raises(MixedVersionsError, match=rf"1 pages were made by v1, and {part} changed"):
        Kept(file, other)
    assert file.read_bytes() == before
    with Kept(file, other, mix=True) as kept:
        kept.add(page(1))
    pages, versions = read_kept(file)
    assert ([one.seed for one in pages], versions) == ([0, 1], [MADE_BY, other])


def test_a_commit_elsewhere_is_no_other_version(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    keep(file, page(0))
    with Kept(file, msgspec.structs.replace(MADE_BY, commit="v2")) as kept:
        assert set(kept.pages) == {("office", 0)}
    assert read_kept(file)[1] == [MADE_BY]


def test_the_version_follows_the_issued_forms(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"one")
    first = version_of(tmp_path)
    assert version_of(tmp_path) == first
    (tmp_path / "a.pdf").write_bytes(b"two")
    assert first.differs(version_of(tmp_path)) == ["forms"]


def test_the_kept_lines_make_the_same_figures_as_the_run(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    ran = [
        page(
            0, **{"linked": 1, "signature empty absent": 2, "signature marked undecided": 1, "altered x": 1}
        ),
        page(1, **{"linked": 1, "signature empty present": 1, "gray seal marked undecided": 1}),
        page(2, **{"unread": 1, "suggested first": 1}),
        page(3, wrong=1),
    ]
    keep(file, *ran)
    straight, rebuilt = Tally(), Tally()
    for one in ran:
        straight.add(one)
    for one in read_kept(file)[0]:
        rebuilt.add(one)
    assert figures("office", rebuilt) == figures("office", straight)
    said = {row["figure"].removeprefix("recognition, office: "): row for row in figures("office", rebuilt)}
    assert (said["linked by code"]["value"], said["linked by code"]["met"]) == (50, False)
    assert (said["wrongly linked"]["value"], said["wrongly linked"]["met"]) == (25, False)
    assert said["right suggestion first"]["note"].endswith("1 of 1")
    assert said["missing signature accepted"]["note"].endswith("1 of 3")
    assert said["gray seals asked"]["met"] is True
    assert said["page that stays without code, one core"]["value"] == pytest.approx(0.202)
    assert "signature empty: said present 1, absent 2, undecided 0" in confusion(rebuilt.counts)


def test_a_reader_that_raises_has_not_linked_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Case:
        media_type = "image/jpeg"

        def write(self, folder: Path, name: str) -> Path:
            return folder / name

        def __str__(self) -> str:
            return "7 WJB22-0001-JC-001/1"

    def broken(*_: object) -> None:
        raise ZeroDivisionError("no print")

    monkeypatch.setattr(recognition, "_opened", lambda _folder: (None, []))
    monkeypatch.setattr(recognition, "make_case", lambda *_, **__: Case())
    monkeypatch.setattr(recognition, "open_pages", broken)
    found = recognition.finish_page(7, profile="fax", folder=tmp_path, ocr=False)
    assert (found.broke, found.counts) == (True, {"pages": 1, "unread": 1, "broke": 1})
    assert found.misses == ["7 WJB22-0001-JC-001/1: BROKE ZeroDivisionError: no print"]
    tally = Tally()
    tally.add(found)
    (row,) = (row for row in figures("fax", tally) if row["figure"].endswith("reading broke"))
    assert row["met"] is False


@pytest.mark.parametrize(
    ("hits", "total", "words"),
    [
        (0, 2000, "95 %: 0.00-0.19 %, 0 of 2000"),
        (2000, 2000, "95 %: 99.81-100.00 %, 2000 of 2000"),
        (1, 283, "95 %: 0.06-1.97 %, 1 of 283"),
        (0, 0, "no case"),
    ],
)
def test_intervals_are_wilsons(hits: int, total: int, words: str) -> None:
    assert interval(hits, total) == words


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: list[int]) -> list[int]:
    """Two pages of two profiles by default, three in full, in a folder of the test."""
    monkeypatch.setattr(recognition, "KEPT", tmp_path / "recognition.jsonl")
    monkeypatch.setattr(recognition, "PROFILES", ("clean", "fax"))
    monkeypatch.setattr(recognition, "USUAL", 2)
    monkeypatch.setattr(recognition, "FULL", 3)
    monkeypatch.setattr(recognition, "issued_samples", lambda _folder: None)
    monkeypatch.setattr(recognition, "version_of", lambda _issued: MADE_BY)
    monkeypatch.setattr(recognition, "costs", lambda *_, **__: [])
    monkeypatch.setattr(recognition, "without_codes", lambda *_: [])
    monkeypatch.setattr(recognition.os, "cpu_count", lambda: 1)
    return finished


def test_the_full_run_goes_on_from_the_default_run(
    small: list[int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = recognition.FRESH
    recognition.run(quick=False)
    assert small == [first, first + 1] * 2
    monkeypatch.setattr("sys.argv", ["bench.recognition", "--full"])
    assert recognition.main() == 0
    assert small == [first, first + 1] * 2 + [first + 2] * 2
    assert "fax: wrongly linked | 0.0 | %" in capsys.readouterr().out


def test_a_default_run_begins_anew(small: list[int]) -> None:
    recognition.run(quick=False)
    leftover = recognition.KEPT.with_suffix(".forms") / "issued"
    leftover.mkdir()
    recognition.run(quick=False)
    assert len(small) == 8
    assert not leftover.exists()


@pytest.mark.parametrize(
    ("name", "accepted", "empty", "met"),
    [
        ("missing signature accepted", 0, 500, True),
        ("missing signature accepted", 0, 16, None),
        ("missing signature accepted", 1, 500, None),
        ("missing signature accepted", 2, 500, None),
        ("missing signature accepted", 3, 500, False),
        ("colour seal falsely accepted", 0, 16, True),
        ("colour seal falsely accepted", 1, 500, False),
    ],
)
def test_a_share_that_one_page_would_judge_otherwise_is_not_judged(
    name: str, accepted: int, empty: int, met: bool | None
) -> None:
    tally = Tally(milliseconds=[1.0], simulated_milliseconds=[1.0])
    kind = "seal" if "seal" in name else "signature"
    tally.counts |= {f"{kind} empty present": accepted, f"{kind} empty absent": empty - accepted}
    (row,) = (row for row in figures("office", tally) if row["figure"].endswith(f": {name}"))
    assert row["met"] is met
