"""A file that hangs, crashes or swallows memory costs its own answer, never the others'."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.verify.container import Extent
from evidence.verify.pdf.task import PdfTask, judge_isolated
from evidence.verify.task_processes import MEMORY_LIMIT, run_in_processes
from evidence.verify.trust import TrustStore
from tests.support.forgery import contract


def work(task: str) -> str:
    """Misbehave as told; importable, because a worker process runs it."""
    if task == "hang":
        signal.pause()
    if task == "busy":
        while True:
            pass
    if task == "crash":
        os._exit(9)
    if task == "memory":
        try:
            return str(len(bytearray(2 * MEMORY_LIMIT)))
        except MemoryError:
            return "refused"
    if task == "second":
        if KEPT:
            os._exit(9)
        KEPT.append(task)
        return "alone"
    if task == "process":
        KEPT.append(task)
        return str(os.getpid())
    if task == "leak":
        KEPT.append(bytearray(MEMORY_LIMIT // 2))
        return str(os.getpid())
    return task.upper()


KEPT: list[object] = []
"""What earlier tasks left in a process."""


def give_up(task: str, why: str) -> str:
    return f"{task}: {why}"


def allowance(task: str) -> float:
    return {"hang": 0.05, "busy": 1}.get(task, 60)


def test_answers_come_in_order_whatever_the_others_do() -> None:
    tasks = ["a", "hang", "b", "crash", "memory", "busy", "c"]
    answers = run_in_processes(work, tasks, seconds=allowance, give_up=give_up)
    assert answers == ["A", "hang: timeout", "B", "crash: crash", "refused", "busy: timeout", "C"]


def test_one_process_opens_many_files() -> None:
    answers = run_in_processes(work, ["process"] * 40, seconds=allowance, give_up=give_up)
    assert len(set(answers)) <= (os.cpu_count() or 1)


def test_what_dies_beside_the_remains_of_another_file_is_tried_in_a_fresh_process() -> None:
    tasks = ["process"] * (2 * (os.cpu_count() or 1)) + ["second"] * 3
    answers = run_in_processes(work, tasks, seconds=allowance, give_up=give_up)
    assert answers[-3:] == ["alone"] * 3


def test_a_process_that_keeps_much_memory_does_no_further_file() -> None:
    tasks = ["leak"] * 6
    answers = run_in_processes(work, tasks, seconds=allowance, give_up=give_up)
    assert len(set(answers)) == len(tasks)


@pytest.mark.slow
def test_beside_other_threads_processes_start_from_a_clean_server() -> None:
    done = threading.Event()
    beside = threading.Thread(target=done.wait)
    beside.start()
    try:
        answers = run_in_processes(work, ["a", "crash"], seconds=allowance, give_up=give_up)
    finally:
        done.set()
        beside.join()
    assert answers == ["A", "crash: crash"]


def test_nothing_to_do_is_done_at_once() -> None:
    assert run_in_processes(work, [], seconds=lambda _: 1, give_up=give_up) == []


def test_a_file_that_vanishes_meanwhile_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(contract())
    extent = Extent(path=path, offset=0, size=path.stat().st_size)
    path.unlink()
    task = PdfTask(extent=extent, file="x.pdf", store=TrustStore(), now=datetime(2022, 4, 2, tzinfo=UTC))
    (verdict,) = judge_isolated([task])
    assert [check.kind for check in verdict.checks] == ["review"]
