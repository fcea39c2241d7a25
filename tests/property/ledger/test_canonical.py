"""Our canonical JSON against the reference implementation of RFC 8785."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger.canonical import MAX_INTEGER, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_bytes_are_those_of_the_reference_and_say_the_same(value: object) -> None:
    encoded = encode(value)
    assert encoded == rfc8785.dumps(value)
    assert json.loads(encoded) == value


@pytest.mark.parametrize(
    "value",
    [1.0, {"a": [0.5]}, 2**53, -(2**53), {1: "a"}, "\ud800", {"\ud800": 1}, b"bytes", {"a"}, float("nan")],
)
def test_what_readers_would_disagree_about_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of ValueError, the type is the contract
        encode(value)


def test_keys_are_ordered_by_utf16_code_units() -> None:
    # U+FB33 sorts after the surrogates of U+1F600 in UTF-16, before it by code point
    assert encode({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()
