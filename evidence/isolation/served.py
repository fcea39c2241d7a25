"""Inside the child: answers calls from stdin until it closes."""

from __future__ import annotations

import contextlib
import importlib
import os
import traceback
from typing import Any, get_type_hints

import msgspec

from evidence.domain.arrival_outcome import Reason
from evidence.errors import InputError, UnreadableError
from evidence.isolation.child import receive, send
from evidence.isolation.limits import Bounds, apply
from evidence.isolation.messages import Answer, Call, FromChild, Refused, packed, trouble_of, unpacked
from evidence.language import speaking_to


def serve() -> None:
    """The child's main loop. Never returns."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries that print must not speak into the pipe
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            call = msgspec.msgpack.decode(receive(source), type=Call)
            apply(call.bounds)
            send(sink, _answer(call))
    os._exit(0)  # libraries' own exit handlers have nothing to save


def _answer(call: Call) -> FromChild:
    with speaking_to(call.language):
        try:
            return Answer(packed(_run(call)))
        except InputError as error:
            reason = error.reason if isinstance(error, UnreadableError) else ""
            return Refused(reason, error.what, error.where, error.remedy)
        except MemoryError:
            return _too_large(call.bounds)
        except RecursionError:
            return Refused(Reason.MALFORMED, "内容一层套一层，嵌套过深。", "", "")
        except OSError as error:
            return trouble_of(error) or _unforeseen(error)
        except Exception as error:  # readers of hostile files fail in ways nobody listed
            return _unforeseen(error)


def _run(call: Call) -> Any:
    module, _colon, name = call.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    hints = get_type_hints(function)
    kind = next(hint for argument, hint in hints.items() if argument != "return")
    return function(unpacked(call.argument, kind))


def _too_large(bounds: Bounds) -> Refused:
    what = f"读取所需的内存超过上限 {bounds.memory // 1_000_000} MB。"
    return Refused(Reason.TOO_LARGE, what, "", "")


def _unforeseen(error: Exception) -> Refused:
    traceback.print_exc()
    return Refused(Reason.MALFORMED, f"读到一处无法解读的内容（{type(error).__name__}）。", "", "")
