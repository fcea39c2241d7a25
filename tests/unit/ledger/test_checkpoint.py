"""C2SP checkpoint text."""

from __future__ import annotations

import base64

import pytest

from evidence.ledger.checkpoint import Checkpoint, fingerprint, grouped, make, parse

ROOT = bytes(range(32))
ENCODED = base64.b64encode(ROOT).decode()
CHECKPOINT = Checkpoint(origin="WJB", size=1234, root=ROOT, extensions=("week 2022-W13",))


def test_the_text_is_origin_size_and_root_line_by_line() -> None:
    assert make(CHECKPOINT) == f"WJB\n1234\n{ENCODED}\nweek 2022-W13\n"


def test_what_was_made_is_read_back_and_signature_lines_are_left_aside() -> None:
    assert parse(make(CHECKPOINT)) == CHECKPOINT
    assert parse(make(CHECKPOINT) + "\n— WJB AAAA\n") == CHECKPOINT


@pytest.mark.parametrize(
    "text",
    [
        "", "WJB\n12\n", f"WJB\n012\n{ENCODED}\n", f"WJB\n-1\n{ENCODED}\n", f"\n1\n{ENCODED}\n",
        "WJB\n1\nAAAA\n", "WJB\n1\n!!!!\n", f"WJB\n1\n{ENCODED[:-2]}==\n", f"WJB\n9{'9' * 20}\n{ENCODED}\n",
    ],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


@pytest.mark.parametrize(
    "broken",
    [
        Checkpoint(origin="", size=1, root=ROOT), Checkpoint(origin="a\nb", size=1, root=ROOT),
        Checkpoint(origin="a", size=1, root=b""), Checkpoint(origin="a", size=-1, root=ROOT),
        Checkpoint(origin="a", size=1, root=ROOT, extensions=("",)),
    ],
)  # fmt: skip
def test_a_text_that_could_not_be_read_back_is_not_made(broken: Checkpoint) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        make(broken)


def test_the_fingerprint_is_sixteen_characters_and_changes_with_the_text() -> None:
    first, second = fingerprint(make(CHECKPOINT)), fingerprint(make(CHECKPOINT).replace("1234", "1235"))
    assert len(first) == 16
    assert first.isalnum()
    assert first.upper() == first
    assert first != second


def test_people_read_the_fingerprint_in_groups_of_four() -> None:
    assert grouped("ABCDEFGHIJKLMNOP") == "ABCD-EFGH-IJKL-MNOP"
    assert grouped("") == ""
