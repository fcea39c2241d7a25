"""A record drawn with Typst, issued like a real one: for tests and benches that need many pages fast."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import segno
import typst

from evidence.domain.document import Box, BoxKind, CodePlace, IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, Sha256, number_case
from evidence.domain.page_code import Corner, PageCode, encode

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
CODE_MM = 17.5
"""25 modules of 0.70 mm."""

_PHRASES = (
    "危险化学品仓库未设置机械通风设施",
    "消防通道堆放杂物宽度不足",
    "特种作业人员未持证上岗",
    "配电箱未张贴安全警示标识",
    "有限空间作业审批制度不完善",
    "应急预案未按规定组织演练",
    "安全生产教育培训档案缺失",
    "叉车作业区域未划定人车分流标线",
    "可燃气体报警器探头失效未及时更换",
    "喷涂车间防爆电气选型不符合要求",
    "除尘器未设置锁气卸灰装置",
    "压力容器未按期检验",
)
_PLACES = ("一号车间东侧", "危化品库", "喷涂线", "配电间", "空压站", "二楼仓库", "打磨区", "厂区北门")
_NAMES = ("鑫盛", "华瑞", "恒泰", "宏达", "永信", "捷昌", "隆博", "远航")
_TRADES = ("精密机械", "新材料科技", "汽车零部件", "智能装备", "金属制品", "包装印务")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleForm:
    """An issued sample record with its PDF."""

    issued: IssuedForm
    geometry: tuple[IssuedPage, ...]
    pdf: Path
    company: str
    title: str = "安全生产现场检查记录"


def boxes_of(page: int) -> tuple[Box, ...]:
    """Six boxes on every page: two experts, escort, principal with date, the enterprise's seal."""
    top = 197 * MM

    def box(name: str, kind: BoxKind, role: str, x: float, y: float, w: float, h: float) -> Box:
        return Box(
            box=f"{name}-p{page}",
            kind=kind,
            role=role,
            required=kind is not BoxKind.DATE,
            x=x * MM,
            y=top + y * MM,
            w=w * MM,
            h=h * MM,
        )

    return (
        box("expert-1", BoxKind.SIGNATURE, "expert", 45, 0, 52, 14),
        box("expert-2", BoxKind.SIGNATURE, "expert", 135, 0, 55, 14),
        box("escort", BoxKind.SIGNATURE, "escort", 45, 14, 52, 14),
        box("principal", BoxKind.SIGNATURE, "principal", 135, 14, 55, 14),
        box("principal-date", BoxKind.DATE, "principal", 52, 55, 45, 10),
        box("enterprise-seal", BoxKind.SEAL, "enterprise", 125, 30, 50, 36),
    )


def sample_number(index: int) -> Number:
    """Numbers of different cases."""
    return Number(f"WJB22-{index // 4 + 1:04d}-JC-{index % 4 + 1:03d}")


def make_sample(
    folder: Path,
    number: Number,
    *,
    seed: int = 0,
    pages: int = 2,
    title: str = "安全生产现场检查记录",
    annex: bool = False,
) -> SampleForm:
    """Draw one record. `annex` pages carry the same text whatever the seed, like printed law texts."""
    draw = random.Random(f"{seed}-{number}")
    company = f"常州市{''.join(draw.sample(_NAMES, 2))}{draw.choice(_TRADES)}有限公司"
    checks = tuple(
        "".join(draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(8)) for _ in range(pages)
    )
    geometry = tuple(_geometry(number, page, pages, checks[page - 1]) for page in range(1, pages + 1))
    source = "\n#pagebreak()\n".join(
        _page(draw, page, geometry[page - 1], number, title, company, pages, annex=annex and page > 1)
        for page in range(1, pages + 1)
    )
    setup = (
        f"#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: 0pt)\n"
        '#set text(font: ("AR PL UMing CN", "Noto Serif CJK SC"), size: 11pt, lang: "zh")\n'
    )
    folder.mkdir(parents=True, exist_ok=True)
    pdf = folder / f"{number}.pdf"
    pdf.write_bytes(typst.compile((setup + source).encode()))
    digest = Sha256("0" * 64)
    issued = IssuedForm(
        number=number,
        form="inspection-record",
        case=number_case(number),
        issued_at=datetime(2022, 3, 28, tzinfo=UTC),
        checks=checks,
        pdf=digest,
        docx=digest,
        data=digest,
        geometry=digest,
    )
    return SampleForm(issued=issued, geometry=geometry, pdf=pdf, company=company, title=title)


def _geometry(number: Number, page: int, pages: int, check: str) -> IssuedPage:
    size = CODE_MM * MM
    places = {
        Corner.TOP_RIGHT: (WIDTH - 12 * MM - size, 10 * MM),
        Corner.BOTTOM_LEFT: (12 * MM, HEIGHT - 10 * MM - size),
    }
    codes = tuple(
        CodePlace(
            corner=corner.value,
            payload=encode(PageCode(number=number, page=page, pages=pages, corner=corner, check=check)),
            x=x,
            y=y,
            size=size,
        )
        for corner, (x, y) in places.items()
    )
    return IssuedPage(page=page, width=WIDTH, height=HEIGHT, check=check, codes=codes, boxes=boxes_of(page))


def _place(x: float, y: float, content: str) -> str:
    """Typst markup at (x, y) points."""
    return f"#place(top + left, dx: {x:.2f}pt, dy: {y:.2f}pt)[{content}]\n"


def _code(place: CodePlace) -> str:
    drawing = segno.make(place.payload, error="q", micro=False, boost_error=False).svg_inline(border=0)
    escaped = drawing.replace("\\", "\\\\").replace('"', '\\"')
    return _place(place.x, place.y, f'#image(bytes("{escaped}"), format: "svg", width: {place.size:.2f}pt)')


def _rows(x: float, y: float, rows: Sequence[tuple[str, str]], row_mm: float) -> str:
    cells = "".join(f"[{label}],[{value}]," for label, value in rows)
    table = (
        f"#table(columns: (30mm, 140mm), rows: {row_mm}mm, align: (center + horizon, left + horizon), "
        f"stroke: 0.6pt, {cells})"
    )
    return _place(x, y, table)


def _page(
    draw: random.Random,
    page: int,
    geometry: IssuedPage,
    number: Number,
    title: str,
    company: str,
    pages: int,
    *,
    annex: bool,
) -> str:
    parts = [_code(code) for code in geometry.codes]
    bottom = geometry.codes[1]
    label = f"{number}　第{page}页 共{pages}页"
    parts.append(_place(20 * MM, 16 * MM, f"#text(size: 9.5pt)[{label}]"))
    parts.append(
        _place(bottom.x + bottom.size + 12, bottom.y + bottom.size - 12, f"#text(size: 9.5pt)[{label}]")
    )
    heading = title if page == 1 else f"{title}（续）"
    middle = f'#box(width: 130mm)[#align(center)[#text(size: 18pt, font: "Noto Sans CJK SC")[{heading}]]]'
    parts.append(_place(20 * MM, 26 * MM, middle))
    if annex:
        fixed = random.Random("annex")
        lines = [f"（{n}）{'，'.join(fixed.sample(_PHRASES, 2))}。" for n in range(1, 20)]
    else:
        day, hours = draw.randint(1, 28), sorted(draw.sample(range(8, 18), 2))
        fields = [
            ("被检查单位", company),
            ("地址", f"常州市武进区凤林南路{draw.randint(1, 399)}号"),
            ("检查场所", "、".join(draw.sample(_PLACES, 3))),
            (
                "检查时间",
                f"2022年3月{day}日 {hours[0]}时{draw.randint(10, 59)}分至"
                f"{hours[1]}时{draw.randint(10, 59)}分",
            ),
            ("联系电话", f"0519-86{draw.randint(100000, 999999)}"),
        ]
        parts.append(_rows(20 * MM, 42 * MM, fields, 8))
        lines = [
            f"{n}. {draw.choice(_PLACES)}：{draw.choice(_PHRASES)}；"
            f"限2022年{draw.randint(4, 6)}月{draw.randint(1, 30)}日前整改。"
            for n in range(1, draw.randint(8, 14))
        ]
    parts += [_place(22 * MM, (88 + 7.4 * i) * MM, line) for i, line in enumerate(lines[:14])]
    frame = (
        "#table(columns: (25mm, 52mm, 38mm, 55mm), rows: (14mm, 14mm, 40mm), stroke: 0.6pt, "
        "align: center + horizon, [检查人员],[],[检查人员],[],[陪同人员],[],[主要负责人],[], "
        "table.cell(colspan: 2, align: bottom + center)[　　　年　　月　　日#v(3mm)], "
        "table.cell(colspan: 2, align: top + left)[被检查单位（盖章）：])"
    )
    parts.append(_place(20 * MM, 197 * MM, frame))
    return "".join(parts)
