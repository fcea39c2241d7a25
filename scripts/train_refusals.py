"""Make the weights of `evidence.recognition.refusals` anew: `python scripts/train_refusals.py [FONT...]`.

Draws refusing words and names with the installed Chinese faces (Kai, Ming, Song, Hei) and any further font
files named, bent as handwriting is, and fits a softmax over their descriptors. Equal fonts, equal weights.
The weights kept were made with four handwriting faces of npm's @fontsource: liu-jian-mao-cao, long-cang,
ma-shan-zheng and zhi-mang-xing (files/*-chinese-simplified-400-normal.woff, in this order).
The last fifth of the drawings is kept back and told: refusals found, names taken for one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evidence.demo.canvas import Array, font, smooth_field
from evidence.demo.pen import strokes
from evidence.recognition.refusals import WEIGHTS, WORDS, descriptor

FACES = ("AR PL UKai CN", "AR PL UMing CN", "Noto Sans CJK SC", "Noto Serif CJK SC")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕无元天夫未朱末"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志文海波红玉云龙飞鹏亮东林成宏永春生德新元天不大人在到签"
    "晓冬雪梅兰凤琴珍莉俊峰斌辉利民庆福祥根才富贵荣学良忠信义和顺安宁正光启思远子涵雨欣浩然博文一丁小山川水木火土"
)
SEED = 20
STEPS = 350
BILEVEL = 0.35


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    rows, labels = [], []
    while len(rows) < options.count:
        label = int(rng.integers(1, len(WORDS) + 1)) if rng.random() < 0.45 else 0
        found = descriptor(_drawn(rng, label, options.fonts))
        if found is not None:
            rows.append(found)
            labels.append(label)
    x, y = np.array(rows, np.float32), np.array(labels)
    kept = len(x) * 4 // 5
    weights = _fit(x[:kept], y[:kept])
    _tell(x[kept:] @ weights, y[kept:])
    np.savez_compressed(WEIGHTS, weights=_fit(x, y).astype(np.float16))
    return 0


def _drawn(rng: np.random.Generator, label: int, files: list[Path]) -> Array:
    """Ink of a refusing word (its number) or, for 0, of something else."""
    if label == 0 and rng.random() < 0.15:
        alpha = strokes(
            rng, int(rng.uniform(60, 200)), int(rng.uniform(30, 70)), int(rng.integers(3, 11)), 150, 0.6
        )
        return (alpha > 0.4).astype(np.uint8)
    text = WORDS[label - 1] if label else _other(rng)
    size = int(rng.uniform(22, 64))
    sheet = Image.new("L", (int(size * (1.1 * len(text) + 1)), 2 * size), 0)
    pen, x = ImageDraw.Draw(sheet), 0.3 * size
    choice = int(rng.integers(len(FACES) + len(files)))
    spacing = rng.uniform(0.72, 1.02)
    for character in text:
        glyph = int(size * rng.uniform(0.85, 1.15))
        face = (
            font(FACES[choice], glyph)
            if choice < len(FACES)
            else ImageFont.truetype(files[choice - len(FACES)], glyph)
        )
        if face is None:
            raise SystemExit(f"font missing: {FACES[choice]}")
        pen.text((x, 0.4 * size + rng.normal(0, 0.06 * size)), character, 255, face)
        x += glyph * spacing * (0.55 if character.isascii() else 1)
    alpha = np.asarray(sheet, np.float32) / 255
    h, w = alpha.shape
    down, across = np.mgrid[0:h, 0:w].astype(np.float32)
    slant, lift, wobble = rng.uniform(-0.3, 0.3), rng.uniform(-0.12, 0.12), size * rng.uniform(0.03, 0.09)
    fields = [smooth_field(rng, (h, w), size * 0.5, -1, 1) * wobble for _ in range(2)]
    map_x = across + slant * (down - h / 2) + fields[0]
    map_y = down + lift * (across - w / 2) + fields[1]
    alpha = cv2.remap(alpha, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 1.4))
    ink = (alpha > rng.uniform(0.15, 0.5)).astype(np.uint8)
    if rng.random() < BILEVEL:
        ink = cv2.dilate(ink, np.ones((2, 2)))
    if rng.random() < 0.2:  # a rule cuts it, or a pen skips
        ink[smooth_field(rng, ink.shape, 8) < 0.15] = 0
    return ink


def _other(rng: np.random.Generator) -> str:
    if rng.random() < 0.1:
        return f"2022{rng.integers(1, 13):3d}{rng.integers(1, 29):3d}"
    given = "".join(GIVEN[k] for k in rng.integers(0, len(GIVEN), rng.integers(0, 3)))
    name = SURNAMES[int(rng.integers(len(SURNAMES)))] + given
    return name if name not in WORDS else "王芳"


def _fit(x: Array, y: Array) -> Array:
    """Softmax weights by full gradients with momentum."""
    weights = np.zeros((x.shape[1], len(WORDS) + 1), np.float32)
    wanted = np.eye(len(WORDS) + 1, dtype=np.float32)[y]
    speed, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        values = x @ weights
        shares = np.exp(values - values.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = x.T @ (shares - wanted) / len(x) + 2e-5 * weights
        speed = 0.9 * speed + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= 0.08 * (speed / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def _tell(values: Array, y: Array) -> None:
    shares = np.exp(values - values.max(axis=1, keepdims=True))
    refused = 1 - shares[:, 0] / shares.sum(axis=1)
    for least in (0.5, 0.8, 0.9, 0.95):
        found, taken = (refused[y > 0] > least).mean(), (refused[y == 0] > least).mean()
        print(f"from {least}: refusals found {found:.3f}, others taken for one {taken:.4f}")


if __name__ == "__main__":
    raise SystemExit(main())
