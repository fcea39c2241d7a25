"""A call in a bounded child returns what the function returns, or says why it cannot."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from evidence.errors import InputError, UnreadableError
from evidence.isolation.calls import BoundedCalls
from evidence.isolation.limits import Bounds

SMALL = Bounds(cpu_seconds=2, memory=600_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the function below is to do."""

    deed: str
    size: int = 0


def obey(order: Order) -> list[str]:
    """Importable, because the child runs it."""
    match order.deed:
        case "refuse":
            raise UnreadableError("encrypted", "有密码。", where="甲", remedy="去掉密码。")
        case "mistake":
            raise InputError("写错了。", where="人员!C14")
        case "eat":
            return [str(len(bytearray(order.size)))]
        case "nest":
            return obey(order)
        case "burn":
            while True:
                pass
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "break":
            raise KeyError("anything")
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device", "/x")
    return [order.deed, str(os.getpid())]


@pytest.fixture(scope="module")
def calls() -> Iterator[BoundedCalls]:
    made = BoundedCalls()
    yield made
    made.close()


def test_a_call_comes_back_from_another_process(calls: BoundedCalls) -> None:
    deed, process = calls.run(obey, Order(deed="做完"))
    assert deed == "做完"
    assert int(process) != os.getpid()


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("refuse", "encrypted"),
        ("eat", "too_large"),
        ("nest", "malformed"),
        ("burn", "too_large"),
        ("crash", "malformed"),
        ("break", "malformed"),
    ],
)
def test_whatever_a_file_does_to_its_reader_has_a_name(calls: BoundedCalls, deed: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        calls.run(obey, Order(deed=deed, size=4_000_000_000), SMALL)
    assert refused.value.reason == reason
    assert refused.value.what


def test_limits_name_their_figures(calls: BoundedCalls) -> None:
    with pytest.raises(UnreadableError, match="600 MB"):
        calls.run(obey, Order(deed="eat", size=4_000_000_000), SMALL)
    with pytest.raises(UnreadableError, match="2 秒"):
        calls.run(obey, Order(deed="burn"), SMALL)


def test_a_mistake_keeps_its_place(calls: BoundedCalls) -> None:
    with pytest.raises(InputError) as found:
        calls.run(obey, Order(deed="mistake"))
    assert (type(found.value), found.value.where) == (InputError, "人员!C14")


def test_a_full_disk_is_no_verdict_about_a_file(calls: BoundedCalls) -> None:
    with pytest.raises(OSError, match="No space left") as full:
        calls.run(obey, Order(deed="full"))
    assert full.value.errno == errno.ENOSPC


def test_after_a_lost_child_the_next_call_gets_another(calls: BoundedCalls) -> None:
    with pytest.raises(UnreadableError):
        calls.run(obey, Order(deed="crash"))
    assert calls.run(obey, Order(deed="ok"))[0] == "ok"


def test_each_call_has_its_own_allowance_of_seconds(calls: BoundedCalls) -> None:
    first = calls.run(obey, Order(deed="ok"), SMALL)[1]
    assert calls.run(obey, Order(deed="ok"), SMALL)[1] == first


def test_a_child_that_speaks_nonsense_is_not_believed() -> None:
    lying = BoundedCalls("import os, time; os.write(1, b'\\x08\\x00\\x00\\x00nonsense'); time.sleep(60)")
    with pytest.raises(UnreadableError):
        lying.run(obey, Order(deed="ok"))
