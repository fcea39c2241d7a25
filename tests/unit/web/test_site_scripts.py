"""The telephone's scripts by node's own test runner: what they decide without a browser."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from evidence.web.site.sealing import OVERHEAD, UnopenedError, seal_key

SCRIPTS = Path(__file__).parents[3] / "evidence/web/static/desk/site"
TESTS = Path(__file__).parent / "scripts"
_SEALING = """
import { webcrypto } from "node:crypto";
globalThis.crypto ??= webcrypto;
const { sealed } = await import("./seal.js");
const message = await sealed(process.argv[2], new TextEncoder().encode("配电间"));
process.stdout.write(Buffer.from(await message.arrayBuffer()).toString("base64"));
"""

_SIZES = """
import { readFileSync } from "node:fs";
import { sizeInHead } from "./jpeg_head.js";
const told = process.argv.slice(2).map((path) => {
  const read = readFileSync(path);
  return sizeInHead(read.buffer.slice(read.byteOffset, read.byteOffset + read.byteLength));
});
process.stdout.write(JSON.stringify(told));
"""


def test_the_scripts_decide_as_their_tests_say(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is not installed: scripts/setup.sh test installs it")
    for path in (*SCRIPTS.glob("*.js"), *TESTS.glob("*.test.js")):
        shutil.copyfile(path, tmp_path / path.name)
    # what the browser knows by `type=module`
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="ascii")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *(path.name for path in sorted(TESTS.glob("*.test.js")))],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 12


def _jpeg(size: tuple[int, int], **how: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "grey").save(buffer, "JPEG", **how)
    return buffer.getvalue()


def _turned(orientation: int, endian: str = "<") -> Image.Exif:
    exif = Image.Exif()
    exif.endian = endian
    exif[0x010F], exif[0x0112] = "a camera", orientation
    return exif


def test_the_size_in_a_photographs_head_is_the_size_it_is_shown_in(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    kinds: list[bytes] = [
        _jpeg((40, 30)),
        _jpeg((41, 30), progressive=True),
        *(_jpeg((42, 30), exif=_turned(n, endian)) for n in range(1, 9) for endian in "<>"),
        _jpeg((43, 30), exif=_turned(6), icc_profile=bytes(70_000), comment=b"x" * 60_000),
        _jpeg((44, 30), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"),
    ]
    odd = [b"", b"\xff\xd8", _jpeg((45, 30))[:150], b"\x89PNG\r\n\x1a\n" + bytes(60), bytes(400)]
    paths = []
    for number, data in enumerate([*kinds, *odd]):
        paths.append(tmp_path / f"{number}.jpg")
        paths[-1].write_bytes(data)
    shutil.copyfile(SCRIPTS / "jpeg_head.js", tmp_path / "jpeg_head.js")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="ascii")
    (tmp_path / "main.js").write_text(_SIZES, encoding="utf-8")
    done = subprocess.run(
        [node, "main.js", *map(str, paths)], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    told = json.loads(done.stdout)
    shown = [[*ImageOps.exif_transpose(Image.open(path)).size] for path in paths[: len(kinds) - 1]]
    assert told == [*shown, [44, 30], *[None] * len(odd)]


def test_the_server_opens_what_a_telephone_sealed_and_nothing_that_was_changed(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    key = seal_key(tmp_path)
    for name in ("seal.js", "bytes.js"):
        shutil.copyfile(SCRIPTS / name, tmp_path / name)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="ascii")
    (tmp_path / "main.js").write_text(_SEALING, encoding="utf-8")
    done = subprocess.run(
        [node, "main.js", key.public], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    message = b64decode(done.stdout)
    assert key.open(message).decode() == "配电间"
    assert len(message) == len("配电间".encode()) + OVERHEAD
    for place in (0, 1, 70, len(message) - 1):
        changed = bytearray(message)
        changed[place] ^= 1
        with pytest.raises(UnopenedError):
            key.open(bytes(changed))
    for short in (b"", message[:64], message[:80]):
        with pytest.raises(UnopenedError):
            key.open(short)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = seal_key(tmp_path).public
    seal_key.cache_clear()
    assert seal_key(tmp_path).public == first
    assert (tmp_path / "desk/site-seal.pem").stat().st_mode & 0o777 == 0o600
