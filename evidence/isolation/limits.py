"""What a child may use, set by the child upon itself before it touches a foreign file."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

WALL_FACTOR = 10
"""The wall-clock backstop in CPU allowances: the same file gets the same answer on a loaded machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one call."""

    cpu_seconds: int = 30
    memory: int = 1_500_000_000
    """Bytes of address space of the whole child."""

    @property
    def wall_seconds(self) -> float:
        """When a child that does not even use its CPU time is given up."""
        return float(self.cpu_seconds * WALL_FACTOR)


def apply(bounds: Bounds) -> None:
    """Limit this process from now on; each call gets the full allowance of CPU seconds anew."""
    resource = _resource()
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit_memory(bounds.memory)
    limit_cpu(bounds.cpu_seconds)


def limit_cpu(seconds: float) -> None:
    """Allow this process so many CPU seconds from now on; the system ends it when they are spent."""
    resource = _resource()
    if resource is None:
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard < 0 else min(allowed, hard), hard))


def limit_memory(size: int) -> None:
    """Limit this process's address space, in bytes."""
    resource = _resource()
    if resource is None:
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))


def _resource() -> Any:
    """The module of limits; None on Windows, where the wall-clock backstop of the parent remains."""
    try:
        import resource
    except ImportError:
        return None
    return resource
