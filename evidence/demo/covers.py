"""Other people's paper on the form: receipts, business cards, slips, sheets of another case."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from evidence.demo.canvas import Array, Canvas, blend, font
from evidence.demo.pen import handwritten, pen_colour
from evidence.demo.seal import SEAL_FACE
from evidence.domain.document import Box

_RECEIPT = (
    "收款收据",
    "品名　数量　金额",
    "矿泉水 2 8.00",
    "停车费 1 15.00",
    "合计：￥23.00",
    "谢谢惠顾",
    "单号 88320417",
)
_CARD = ("常州恒泰安全技术服务有限公司", "顾明芳　项目经理", "电话 0519-86001234", "手机 13900001234")
_SLIP = ("已通知", "请王工签", "张建国", "李红英", "待补")


def lay_paper(
    rng: np.random.Generator, canvas: Canvas, paper: Array, centre: tuple[float, float], angle: float
) -> None:
    """Put a piece of paper on the form, with the shadow of its edge.

    Args:
        paper: BGR at the canvas' resolution.
        centre: pixels.
        angle: degrees.
    """
    height, width = canvas.image.shape[:2]
    h, w = paper.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1)
    matrix[:, 2] += (centre[0] - w / 2, centre[1] - h / 2)
    there = cv2.warpAffine(np.full((h, w), 255, np.uint8), matrix, (width, height))
    drawn = cv2.warpAffine(paper, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    depth, reach = float(rng.uniform(0.05, 0.45)), float(rng.uniform(0.2, 1.4)) * canvas.mm
    drop = np.array([[1, 0, reach * rng.uniform(-0.6, 0.8)], [0, 1, reach * rng.uniform(-0.6, 0.8)]])
    shadow = cv2.GaussianBlur(cv2.warpAffine(there, drop, (width, height)), (0, 0), max(reach / 2, 0.6))
    blend(canvas.image, depth * shadow.astype(np.float32) / 255, 0, 0, (60, 60, 60))
    share = cv2.cvtColor(there, cv2.COLOR_GRAY2BGR).astype(np.float32) / 255
    canvas.image[:] = (drawn * share + canvas.image * (1 - share)).astype(np.uint8)
    for box in canvas.boxes:
        x, y, bw, bh = (round(value * canvas.pt) for value in (box.x, box.y, box.w, box.h))
        if float(there[max(y, 0) : y + bh, max(x, 0) : x + bw].mean()) > 3:
            canvas.touched.add(box.box)
            canvas.covered.add(box.box)


def blank_paper(rng: np.random.Generator, canvas: Canvas, w_mm: float, h_mm: float) -> Array:
    """White or tinted paper of a size."""
    tone = 255 - rng.uniform(0, 14, 3)
    return np.full((round(h_mm * canvas.mm), round(w_mm * canvas.mm), 3), tone, np.uint8)


def printed(canvas: Canvas, paper: Array, lines: tuple[str, ...], size_mm: float, tone: int = 40) -> Array:
    """Lines of print on it."""
    face = font(SEAL_FACE, max(int(size_mm * canvas.mm), 6))
    if face is None:
        return paper
    sheet = Image.fromarray(paper)
    pen = ImageDraw.Draw(sheet)
    for k, line in enumerate(lines):
        pen.text((2 * canvas.mm, (1.5 + 1.5 * size_mm * k) * canvas.mm), line, (tone,) * 3, face)
    return np.array(sheet)


def receipt(rng: np.random.Generator, canvas: Canvas, centre: tuple[float, float]) -> None:
    """A till receipt."""
    size = float(rng.uniform(2.4, 3.6))
    height = 5 + 1.5 * size * len(_RECEIPT)
    paper = printed(canvas, blank_paper(rng, canvas, float(rng.uniform(48, 80)), height), _RECEIPT, size)
    lay_paper(rng, canvas, paper, centre, float(rng.uniform(-25, 25)))
    canvas.effects.append("receipt")


def business_card(rng: np.random.Generator, canvas: Canvas, centre: tuple[float, float]) -> None:
    """A card of 90 by 54 mm."""
    paper = printed(canvas, blank_paper(rng, canvas, 90, 54), _CARD, float(rng.uniform(2.6, 4.0)), 30)
    lay_paper(rng, canvas, paper, centre, float(rng.uniform(-30, 30)))
    canvas.effects.append("card")


def slip(rng: np.random.Generator, canvas: Canvas, centre: tuple[float, float]) -> None:
    """A strip of paper with a handwritten word."""
    paper = blank_paper(rng, canvas, float(rng.uniform(35, 75)), float(rng.uniform(10, 26)))
    word = handwritten(rng, _SLIP[int(rng.integers(len(_SLIP)))], int(rng.uniform(5, 9) * canvas.mm))
    if word is not None:
        h, w = word.shape
        blend(paper, word, max(paper.shape[1] - w, 0) / 2, max(paper.shape[0] - h, 0) / 2, pen_colour(rng))
    lay_paper(rng, canvas, paper, centre, float(rng.uniform(-12, 12)))
    canvas.effects.append("slip")


def other_sheet(rng: np.random.Generator, canvas: Canvas, sheet: Array, centre: tuple[float, float]) -> None:
    """Another page, without its codes in sight, lies partly on this one."""
    h, w = sheet.shape[:2]
    piece = sheet[int(0.15 * h) : int(0.8 * h), int(0.05 * w) : int(0.95 * w)]
    lay_paper(rng, canvas, np.ascontiguousarray(piece), centre, float(rng.uniform(-20, 20)))
    canvas.effects.append("other-sheet")


COVERS = ("receipt", "card", "slip", "sheet")


def lay_on_a_box(rng: np.random.Generator, canvas: Canvas, kind: str) -> None:
    """One of `COVERS` over some box."""
    if not canvas.boxes:
        return
    box: Box = canvas.boxes[int(rng.integers(len(canvas.boxes)))]
    x, y = (
        (box.x + box.w * rng.uniform(0.2, 0.8)) * canvas.pt,
        (box.y + box.h * rng.uniform(0.2, 0.8)) * canvas.pt,
    )
    if kind == "sheet":
        # The page's own print, moved: as another case's sheet of the same form would show it.
        h = canvas.image.shape[0]
        other_sheet(rng, canvas, canvas.image.copy(), (x, y + rng.uniform(-0.1, 0.3) * h))
    else:
        {"receipt": receipt, "card": business_card, "slip": slip}[kind](rng, canvas, (x, y))
