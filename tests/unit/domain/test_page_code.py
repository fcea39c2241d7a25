"""The grammar of printed page codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.identifiers import CaseId, make_case_id, make_number
from evidence.domain.page_code import MAX_PAYLOAD, Corner, PageCode, decode, draw_check, encode

QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

codes = st.builds(
    lambda case, form, running, pages, page, corner, check: PageCode(
        number=make_number(make_case_id("WJB", 2022, case), form, running),
        page=min(page, pages),
        pages=pages,
        corner=corner,
        check=check,
    ),
    st.integers(1, 9999),
    st.sampled_from(["JC", "DD", "ZG", "FC", "YD"]),
    st.integers(1, 999),
    st.integers(1, 99),
    st.integers(1, 99),
    st.sampled_from(Corner),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=8, max_size=8),
)


@given(codes)
def test_what_is_printed_is_what_is_read(code):
    payload = encode(code)
    assert decode(payload) == code
    assert len(payload) <= MAX_PAYLOAD
    assert set(payload) <= QR_ALPHANUMERIC


@given(st.text(max_size=40))
def test_any_other_text_is_a_foreign_code_and_never_an_error(text):
    code = decode(text)
    assert code is None or encode(code) == text


@pytest.mark.parametrize(("page", "pages"), [(0, 1), (2, 1), (1, 100), (100, 100)])
def test_a_page_that_does_not_fit_is_refused(page, pages):
    number = make_number(CaseId("WJB22-0001"), "JC", 1)
    with pytest.raises(ValueError, match="does not fit"):
        encode(PageCode(number=number, page=page, pages=pages, corner=Corner.TOP_RIGHT, check="A" * 8))


def test_a_page_beyond_its_form_is_foreign():
    number = make_number(CaseId("WJB22-0001"), "JC", 1)
    good = encode(PageCode(number=number, page=3, pages=4, corner=Corner.TOP_RIGHT, check="A" * 8))
    assert decode(good.replace("0304", "0504")) is None


def test_checks_are_drawn_at_random():
    assert len({draw_check() for _ in range(1000)}) == 1000
