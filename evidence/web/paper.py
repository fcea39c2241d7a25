"""A plain A4 paper set with fpdf2: headings, lines and tables, the name and the page's number below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.fonts import FontFace

from evidence.domain.week import SHANGHAI
from evidence.verify.report_pdf import CANDIDATES, chinese_font


def moment(at: datetime) -> str:
    """`2022-03-31 16:20`, Shanghai."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


class Paper(FPDF):
    """Pages that flow.

    Raises:
        MissingPartError: no Chinese font is installed.
    """

    def __init__(self, title: str, *, made: datetime) -> None:
        super().__init__(format="A4", unit="mm")
        path, face = chinese_font(CANDIDATES)
        self.add_font("song", fname=path, collection_font_number=face)
        self._known = getattr(self.fonts["song"], "cmap", {})
        self._name = title
        self.set_title(title)
        self.set_lang("zh-CN")
        self.set_creation_date(made)
        self.set_margins(25, 22, 22)
        self.set_auto_page_break(auto=True, margin=22)
        self.set_font("song", size=10)
        self.add_page()
        self.line_of(title, size=18)

    def footer(self) -> None:
        """The name and the page's number."""
        self.set_y(-15)
        self.set_font("song", size=8)
        self.cell(0, 5, f"{self.shown(self._name)[:60]}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    def line_of(self, text: str, *, size: float = 10) -> None:
        """A paragraph."""
        self.set_font("song", size=size)
        self.multi_cell(0, size * 0.6, self.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_font("song", size=10)

    def heading(self, text: str) -> None:
        """The heading of a part."""
        self.ln(2)
        self.line_of(text, size=12.5)
        self.ln(0.5)

    def rows(self, widths: Sequence[int], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A ruled table; its heads stand on every page."""
        self.set_font("song", size=9)
        with self.table(
            col_widths=tuple(widths), line_height=5, text_align="LEFT", headings_style=FontFace(emphasis="")
        ) as table:
            table.row(heads)
            for row in rows:
                table.row([self.shown(each) for each in row])
        self.set_font("song", size=10)

    def shown(self, text: str) -> str:
        """The text without what the font lacks."""
        plain = (one for one in text.replace("\u3000", "  ") if one.isprintable())
        return "".join(one if ord(one) in self._known else "〓" for one in plain)
