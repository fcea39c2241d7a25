"""Mutation tester: small wrong changes to the code that decides, each of which some test must notice.

    python scripts/mutate.py                        a seeded sample of 600, at most 60 minutes
    python scripts/mutate.py --sample 40 rules/deadlines.py
                                                    only modules whose path ends so
    python scripts/mutate.py --sample 100 rules domain
                                                    only these folders of the package

Every mutant is compiled into one copy of the package (`mutants.py`); the checkout is never touched. The tests
run once to learn which of them ask for which mutant; then a forked child runs just these with the mutant
active, quickest first, until one fails. What happens at import, and whatever seems to survive, is tried in a
fresh process. Survivors are listed with file and line.

Own code, since mutmut and cosmic-ray draw no seeded sample over chosen folders and start the tests anew for
each mutant or leave out what is decorated or stands in a class, as most of the rules do.
"""

from __future__ import annotations

import argparse
import functools
import gc
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripts.mutants import SWITCH, SWITCH_SOURCE, Mutant, switched

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "evidence"
FOLDERS = ("domain", "rules", "recordings", "ledger")
TESTS = (
    "tests/unit/domain",
    "tests/unit/rules",
    "tests/unit/recordings",
    "tests/unit/ledger",
    "tests/property/rules",
    "tests/property/ledger/test_known_at.py",
    "tests/property/test_coverage.py",
    "tests/contract_scenarios",
)
BESIDE = ("evidence.toml", "templates", "inbox", "archive")
"""What the package reads beside itself in a checkout."""
PATIENCE = 10
"""A mutant that keeps its tests busy for so many times as long is killed: it never answers."""
LEAST_S = 60
PROCESSES = 2
_NOT_TRIED = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
UNCHANGED = Mutant(number=-1, place="", what="no change")
_Tests = list[tuple[float, pytest.Item]]
"""Seconds that each took without any mutant."""


def copy_switched(package: Path, copied: Path) -> list[Mutant]:
    """A copy of the package that holds every mutant of the deciding folders.

    Returns:
        The mutants, in the order of their numbers.
    """
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / f"{SWITCH}.py").write_text(SWITCH_SOURCE, encoding="utf-8")
    made: list[Mutant] = []
    for folder in FOLDERS:
        for path in sorted((copied / folder).rglob("*.py")):
            name = path.relative_to(copied).as_posix()
            source, mutants = switched(path.read_text(encoding="utf-8"), name, len(made))
            path.write_text(source, encoding="utf-8")
            made += mutants
    return made


@dataclass
class Trials:
    """A pytest plugin: learns what each test asks for, then tries mutant after mutant in children."""

    every: Sequence[Mutant]
    """All that are compiled into the copy."""
    drawn: Sequence[Mutant]
    tests: Sequence[str]
    copied: Path
    """The copied package."""
    until: float
    """By the monotonic clock."""
    survivors: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    failing: list[str] = field(default_factory=list)
    """Tests that fail without any mutant, and what else leaves the count without meaning."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """A server that a killed child leaves behind would outlive it."""
        items[:] = [each for each in items if "cluster" not in getattr(each, "fixturenames", ())]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of the tests' own loop."""
        switch = sys.modules[f"evidence.{SWITCH}"]
        at_import = frozenset(switch.asked)
        self.failing += ["the collection"] * bool(session.testsfailed)
        reach = self._learn(session, switch.asked)
        if self.failing:
            return True
        caches = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
        gc.freeze()

        def quickly(one: Mutant) -> int:
            if one.number in at_import or one is UNCHANGED:
                return self._fresh(reach, one)
            return self._forked(session, switch, caches, reach[one.number], one.number)

        asked = [one for one in self.drawn if reach[one.number] or one.number in at_import]
        noticed = self._pool([UNCHANGED, *asked], quickly)
        if noticed.pop(UNCHANGED, True):
            self.failing.append("a fresh process without any mutant")
        # What was reckoned before the mutant woke may have hidden it: what seems to survive is tried afresh.
        doubtful = [one for one in asked if noticed.get(one) is False and one.number not in at_import]
        afresh = self._pool(doubtful, lambda one: self._fresh(reach, one))
        for one in self.drawn:
            if one in asked and (one not in noticed or (one in doubtful and one not in afresh)):
                continue  # time was up before anybody could say
            self.tried[_folder(one)] += 1
            if noticed.get(one) or afresh.get(one):
                self.killed[_folder(one)] += 1
            else:
                self.survivors.append(f"{one.place}  {one.what}" + "  (no test asks)" * (one not in asked))
        return True

    def _learn(self, session: pytest.Session, asked: set[int]) -> dict[int, _Tests]:
        """Number of a mutant -> the tests that ask for it, quickest first."""
        reach: dict[int, _Tests] = defaultdict(list)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            asked.clear()
            failed, begun = session.testsfailed, time.monotonic()
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed > failed:
                self.failing.append(item.nodeid)
            for number in asked:
                reach[number].append((time.monotonic() - begun, item))
        for tests in reach.values():
            tests.sort(key=lambda test: test[0])
        return reach

    def _pool(self, waiting: Sequence[Mutant], begin: Callable[[Mutant], int]) -> dict[Mutant, bool]:
        """Whether some test noticed, for each that could be begun in time.

        Args:
            begin: starts a child that ends with 0 where no test notices; returns its process id.
        """
        noticed, running, left = {}, {}, list(reversed(waiting))
        while left or running:
            if left and len(running) < PROCESSES and time.monotonic() < self.until:
                one = left.pop()
                running[begin(one)] = one
                continue
            if not running:
                break
            child, status = os.wait()
            if child not in running:  # what a test left behind
                continue
            one = running.pop(child)
            if os.waitstatus_to_exitcode(status) in _NOT_TRIED:
                self.failing.append(f"{one.place} {one.what} could not be tried")
            noticed[one] = status != 0
        return noticed

    def _forked(self, session: pytest.Session, switch: Any, caches: Any, tests: _Tests, number: int) -> int:
        """A child that has everything imported and collected already."""
        child = os.fork()
        if child:
            return child
        ended = pytest.ExitCode.INTERNAL_ERROR
        try:
            signal.alarm(int(LEAST_S + PATIENCE * sum(seconds for seconds, _item in tests)))
            for each in caches:
                each.cache_clear()
            switch.active = number
            items = [item for _seconds, item in tests]
            for item, following in zip(items, [*items[1:], None], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    break
            ended = pytest.ExitCode.TESTS_FAILED if session.testsfailed else pytest.ExitCode.OK
        finally:
            os._exit(ended)  # whatever happened, a child never goes on as its parent

    def _fresh(self, reach: dict[int, _Tests], mutant: Mutant) -> int:
        """A new process with all tests of the files that ask for anything of the mutant's module."""
        module = mutant.place.rpartition(":")[0]
        files: Counter[str] = Counter()
        for one in self.every:
            if one.place.rpartition(":")[0] == module:
                for seconds, item in reach[one.number]:
                    files[str(item.path)] += seconds
        patience_s = str(int(LEAST_S + PATIENCE * (files.total() or 60)))
        command = [
            *("timeout", patience_s, sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
            *("-o", f"pythonpath={self.copied.parent} {ROOT}"),
            *(sorted(files, key=files.__getitem__) or self.tests),
        ]
        nothing = os.open(os.devnull, os.O_WRONLY)
        return os.posix_spawnp(
            command[0],
            command,
            {**os.environ, "EVIDENCE_MUTANT": str(mutant.number)},
            file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)],
        )


def _folder(mutant: Mutant) -> str:
    return mutant.place.partition("/")[0]


def try_all(
    package: Path, asked: argparse.Namespace, tests: Sequence[str], say: Callable[[str], object]
) -> int:
    """Try the sample: 0 every mutant was killed, 1 some survived, 2 nothing could be measured."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copied = Path(folder) / "evidence"
        every = copy_switched(package, copied)
        for beside in BESIDE:
            (copied.parent / beside).symlink_to(ROOT / beside)
        wanted = [one for one in every if _meant(one, asked.endings)]
        drawn = random.Random(asked.seed).sample(wanted, min(asked.sample, len(wanted)))  # noqa: S311
        trials = Trials(every, drawn, tests, copied, time.monotonic() + asked.minutes * 60)
        sys.path.insert(0, str(copied.parent))
        options = ("-q", "-p", "no:cacheprovider", "-o", f"pythonpath={copied.parent} {ROOT}")
        pytest.main([*options, *tests], plugins=[trials])
    say("")
    if trials.failing:
        say(f"nothing is measured: {', '.join(trials.failing[:5])}")
        return 2
    for one in trials.survivors:
        say(f"survived  {one}")
    for room, count in sorted(trials.tried.items()):
        say(f"{room}: {trials.killed[room]} of {count} killed ({100 * trials.killed[room] / count:.1f} %)")
    say(f"seed {asked.seed}, {trials.tried.total()} of {len(drawn)} drawn, {len(wanted)} mutants in all")
    return int(trials.killed != trials.tried)


def _meant(mutant: Mutant, endings: Sequence[str]) -> bool:
    """Whether it is of a folder or module that was named; all are where none was."""
    module = mutant.place.rpartition(":")[0]
    return not endings or any(_folder(mutant) == each or module.endswith(each) for each in endings)


def main() -> int:
    """Read the command line and try the sample."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("endings", nargs="*")
    arguments.add_argument("--sample", type=int, default=600)
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=21)
    os.chdir(ROOT)
    with os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1) as told:
        return try_all(PACKAGE, arguments.parse_args(), TESTS, lambda words: print(words, file=told))


if __name__ == "__main__":
    sys.exit(main())
