"""A hanging, crashing or lying engine costs one page, never the file, never the intake."""

import time

import pytest

from evidence.recognition.reading import Limits
from evidence.recognition.worker import BoundedReader
from tests.support.recognition_fixture import Room

BREAKING = """
import evidence.recognition.read as read, os, time, sys
whole = read.read_page
def broken(picture, **rest):
    if picture.index == 1:
        {deed}
    return whole(picture, **rest)
read.read_page = broken
from evidence.recognition.served import serve
serve()
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = Room(tmp_path_factory.mktemp("worker"))
    made.issue(0)
    return made


@pytest.fixture(scope="module")
def bundle(room):
    sample = room.issue(0)
    scans = [room.scan(sample, page, dpi=110, mode="gray") for page in (1, 2, 1)]
    return room.file(scans, "bundle.pdf")


def read(program, room, path, **limits):
    reader = BoundedReader(program) if program else BoundedReader()
    try:
        return reader.read(
            path,
            media_type="application/pdf",
            forms=room,
            limits=Limits(ocr=False, **limits),
            previews=room.pictures,
        )
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("deed", "problem", "seconds"),
    [
        pytest.param("time.sleep(600)", "engine_timeout", 1, id="hangs"),
        pytest.param("exec('while True: pass')", "too_complex", 4, id="computes for ever"),
        pytest.param("os.kill(os.getpid(), 11)", "malformed", 60, id="crashes"),
        pytest.param("os._exit(3)", "malformed", 60, id="leaves"),
        pytest.param("raise RuntimeError('engine')", "malformed", 60, id="raises"),
        pytest.param("bytearray(10 ** 12)", "too_large", 60, id="eats memory"),
    ],
)
def test_only_the_page_that_breaks_the_engine_is_lost(room, bundle, deed, problem, seconds):
    reading = read(BREAKING.format(deed=deed), room, bundle, page_seconds=seconds)
    assert reading.problem == ""
    assert [page.problem for page in reading.pages] == ["", problem, ""]
    assert reading.pages[0].scan is not None
    assert reading.pages[2].scan is not None
    assert reading.pages[1].message


def test_a_full_disk_is_no_verdict_about_a_page(room, bundle):
    with pytest.raises(OSError, match="No space left"):
        read(BREAKING.format(deed="raise OSError(28, 'No space left on device')"), room, bundle)


def test_a_worker_that_speaks_nonsense_is_not_believed(room, bundle):
    nonsense = "import os, time; os.write(1, b'\\x08\\x00\\x00\\x00nonsense'); time.sleep(60)"
    begin = time.monotonic()
    reading = read(nonsense, room, bundle)
    assert reading.problem == "malformed"
    assert all(page.scan is None for page in reading.pages)
    assert time.monotonic() - begin < 50


def test_two_workers_read_what_one_reads(room, bundle):
    alone, together = read("", room, bundle), read("", room, bundle, workers=2)
    assert [(p.index, p.number, p.page) for p in alone.pages] == [
        (p.index, p.number, p.page) for p in together.pages
    ]
    assert len(alone.pages) == 3


def test_a_lookup_that_fails_fails_loudly(room, bundle):
    class Broken(Room):
        def issued(self, number):
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        read("", Broken(room.folder, room.samples), bundle)
