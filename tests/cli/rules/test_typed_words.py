"""What people type: other widths, small letters, dates nobody means, and words that are nearly right."""

from __future__ import annotations

import pytest
from click.testing import Result

from tests.cli.rules.conftest import AT, Run
from tests.support import sample


def refusal(result: Result) -> str:
    assert result.exception is not None
    return str(result.exception)


@pytest.mark.parametrize(
    "typed", ["wjb22-0001", "ＷＪＢ22-0001", "WJB22－0001", "ｗｊｂ２２—０００１", " WJB22-0001 "]
)
@pytest.mark.parametrize("command", [("case show",), ("check", "--case")])
def test_a_case_number_is_known_in_every_width(typed: str, command: tuple[str, ...], run: Run) -> None:
    result = run(*command, typed, "--json")
    assert result.exception is None, result.exception
    assert sample.CLOSED in result.stdout


@pytest.mark.parametrize("typed", ["2022-W13", "２０２２-W13", "2022－w13"])
def test_a_week_is_known_in_every_width(typed: str, run: Run) -> None:
    assert '"week": "2022-W13"' in run("check", "--week", typed, "--json", *AT).stdout


@pytest.mark.parametrize(
    "typed", ["２０２２－０４－０１", "2022-04-01t15:00+08:00", "２０２２-04-01T15:00+08:00"]
)
def test_an_instant_is_known_in_every_width(typed: str, run: Run) -> None:
    assert '"at": "2022-04-01' in run("check", "--week", "2022-W13", "--json", "--at", typed).stdout


@pytest.mark.parametrize(
    "typed",
    [
        "9999-12-31",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2200-01-01",
        "1989-12-31",
    ],
)
def test_a_date_nobody_means_is_refused_by_name(typed: str, run: Run) -> None:
    for command in ("check", "due", "status"):
        result = run(command, "--at", typed)
        assert "1990—2199" in refusal(result), (command, result.output)
        assert typed in refusal(result)


@pytest.mark.parametrize(
    "command",
    [("check", "--week", "9999-W01"), ("due", "--until", "9999-12-31"), ("due", "--until", "0001-01-01")],
)
def test_weeks_and_days_nobody_means_are_refused_by_name(command: tuple[str, ...], run: Run) -> None:
    assert "1990—2199" in refusal(run(*command))


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        (("chek",), "check"),
        (("ledger verfy",), "verify"),
        (("inbox lst",), "list"),
        (("check", "--wek"), "--week"),
        (("check", "--case", "WJB22-001"), sample.CLOSED),
        (("case show", "WJB22-00001"), sample.CLOSED),
        (("inbox show", "A-20220331-000"), "A-2022033"),
        (("schema", "vist"), "visit"),
    ],
)
def test_a_word_that_is_nearly_right_is_answered_with_the_right_one(
    command: tuple[str, ...], meant: str, run: Run
) -> None:
    error = run(*command).exception
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    assert meant in said, said
