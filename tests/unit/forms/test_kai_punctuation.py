"""Punctuation of the Kai face stands at the lower left, in texts of several lines too."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from evidence.forms.kai_punctuation import with_song_punctuation

KAI = '<w:rPr><w:rFonts w:eastAsia="楷体"/></w:rPr>'
SONG = '<w:rPr><w:rFonts w:eastAsia="宋体"/></w:rPr>'


def rendered(run: str) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", f"<w:p>{run}</w:p>")
    with zipfile.ZipFile(io.BytesIO(with_song_punctuation(out.getvalue()))) as read:
        return read.read("word/document.xml").decode()


def faces(document: str) -> list[tuple[str, str]]:
    """(face, text) of each run in order; a break is `/`."""
    runs = re.findall(r'eastAsia="(..)"/></w:rPr>(?:<w:t[^>]*>([^<]*)</w:t>|(<w:br/>))</w:r>', document)
    return [(face, text or "/") for face, text, _line in runs]


def test_of_one_line() -> None:
    assert faces(rendered(f"<w:r>{KAI}<w:t>甲，乙。</w:t></w:r>")) == [
        ("楷体", "甲"), ("宋体", "，"), ("楷体", "乙"), ("宋体", "。")
    ]  # fmt: skip


def test_of_several_lines() -> None:
    run = f'<w:r>{KAI}<w:t xml:space="preserve">甲：</w:t><w:br/><w:t>乙</w:t><w:br/><w:t>丙。</w:t></w:r>'
    assert faces(rendered(run)) == [
        ("楷体", "甲"), ("宋体", "："), ("楷体", "/"), ("楷体", "乙"), ("楷体", "/"),
        ("楷体", "丙"), ("宋体", "。"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "run",
    [
        f"<w:r>{KAI}<w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>",
        f"<w:r>{SONG}<w:t>甲，</w:t><w:br/><w:t>乙</w:t></w:r>",
        f"<w:r>{KAI}<w:drawing/><w:t>甲，</w:t></w:r>",
    ],
)
def test_everything_else_stays_as_it_is(run: str) -> None:
    assert rendered(run) == f"<w:p>{run}</w:p>"
