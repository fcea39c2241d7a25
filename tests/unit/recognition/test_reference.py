"""What is kept of an issued page: the same as what would be computed again."""

import numpy as np

from evidence.recognition.reference import (
    build_reference,
    decode_reference,
    encode_references,
    keep_references,
    load_reference,
    reference_beside,
)


def test_kept_references_equal_fresh_ones(sample):
    data = encode_references(sample.pdf, sample.geometry)
    for issued in sample.geometry:
        fresh, kept = build_reference(sample.pdf, issued), decode_reference(data, issued.page)
        for name in ("gray", "points", "descriptors", "tiles", "words", "numbers"):
            np.testing.assert_array_equal(getattr(fresh, name), getattr(kept, name))


def test_words_cover_the_print_but_neither_codes_nor_rules(sample):
    issued = sample.geometry[0]
    reference = build_reference(sample.pdf, issued)
    assert len(reference.words) > 40
    for code in issued.codes:
        left, top, right = (v * 150 / 72 for v in (code.x, code.y, code.x + code.size))
        inside = (reference.words[:, 0] > left) & (reference.words[:, 0] < right)
        inside &= (reference.words[:, 1] > top) & (reference.words[:, 1] < top + right - left)
        assert not inside.any()
    assert reference.words[:, 2].max() < 75  # 9 mm and a little: pieces, not whole rules


def test_the_printed_number_is_found_in_the_text(sample):
    reference = build_reference(sample.pdf, sample.geometry[0])
    assert len(reference.numbers) == 2


def test_a_damaged_or_older_file_is_computed_again(sample, tmp_path):
    copy = tmp_path / sample.pdf.name
    copy.write_bytes(sample.pdf.read_bytes())
    reference_beside(copy).write_bytes(b"PK\x03\x04 broken")
    assert len(load_reference(copy, sample.geometry[0]).words) > 40


def test_keeping_twice_writes_once(sample, tmp_path):
    copy = tmp_path / sample.pdf.name
    copy.write_bytes(sample.pdf.read_bytes())
    keep_references(copy, sample.geometry)
    first = reference_beside(copy).stat().st_mtime_ns
    keep_references(copy, sample.geometry)
    assert reference_beside(copy).stat().st_mtime_ns == first
