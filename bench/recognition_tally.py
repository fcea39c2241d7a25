"""What became of the scans of one profile, and the rows it makes."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.recognition_kept import PageKept
from bench.recognition_pages import Case, Region
from bench.result import Figure, figure
from evidence.domain.document import Alteration, BoxKind, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import Sha256
from evidence.recognition.reading import PageReading

LINKED = {"clean": 0.999, "office": 0.999, "rough": 0.95, "phone": 0.995, "fax": 0.99}
LINKED |= {"folded": 0.999, "folded-phone": 0.99, "daily": 0.99}
MISSED = {"clean": 0.002, "office": 0.002, "rough": 0.01, "phone": 0.01, "fax": 0.01}
MISSED |= {"folded": 0.01, "folded-phone": 0.01, "daily": 0.003}
ASKED = {"clean": 0.03, "office": 0.03, "rough": 0.03, "phone": 0.08, "fax": 0.03}
ASKED |= {"folded": 0.06, "folded-phone": 0.08, "daily": 0.06}
NEVER = ("covered", "struck out", "overflowed", "wrong seal")
"""What a box may hold that signs and seals nothing."""
EXACT = ("0", "100 %")
"""Targets that a single page can miss, however few were read."""
STRAYS = frozenset({"scribble", "note", "tick", "fingerprint", "dirt", "stain"})
"""Effects that put ink where nobody writes: `added_ink` there is right, not a false flag."""


class Pictures:
    """Digests pictures instead of keeping them."""

    def put(self, data: bytes, suffix: str) -> Sha256:
        """Digest only."""
        return Sha256(hashlib.sha256(data).hexdigest())


@dataclass(slots=True)
class Tally:
    """Counts of one profile."""

    counts: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    """CPU time of reading each page."""
    unread_milliseconds: list[float] = field(default_factory=list)
    """CPU time of pages that no code linked: layouts, OCR, shortlist."""
    simulated_milliseconds: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add(self, page: PageKept) -> None:
        """One finished page, fresh or out of a file."""
        self.counts.update(page.counts)
        self.milliseconds.append(page.read_ms)
        self.simulated_milliseconds.append(page.simulated_ms)
        if page.counts.get("unread"):
            self.unread_milliseconds.append(page.read_ms)
        self.misses += page.misses

    def count_broken(self, case: Case, error: Exception) -> None:
        """A page at which reading raised."""
        self.counts.update(("pages", "unread", "broke"))
        self._miss(case, f"BROKE {type(error).__name__}: {error}")

    def count(self, case: Case, reading: PageReading) -> None:
        """What reading one page found, held against its truth."""
        self.counts["pages"] += 1
        page, right = reading.scan, (case.sample.issued.number, case.sample.page.page)
        if page is None:
            self.counts["unread"] += 1
            first = reading.suggestions[:1]
            self.counts["suggested first"] += bool(first and (first[0].number, first[0].page) == right)
            self._miss(case, f"{reading.problem or 'blank'} {first}")
        elif (page.number, page.page) != right:
            self.counts["wrong"] += 1
            self._miss(case, f"WRONG LINK {page.number} {page.page}")
        else:
            self.counts["linked"] += 1
            self.counts[f"identity {page.identity}"] += 1
            self._count_alterations(case, page)
            for mark in page.marks:
                self._count_mark(case, mark)

    def _count_alterations(self, case: Case, page: ScannedPage) -> None:
        if case.where is not None:
            flagged = any(_touch(case.where, alteration) for alteration in page.alterations)
            self.counts[f"altered {case.change}"] += 1
            self.counts[f"flagged {case.change}"] += flagged
            if not flagged:
                self._miss(case, f"not flagged at {[round(value) for value in case.where]}")
            return
        print_flags = [found for found in page.alterations if found.kind == "altered_print"]
        strayed = bool(STRAYS & set(case.scan.truth.effects))
        self.counts["unaltered"] += 1
        if print_flags or (page.alterations and not strayed):
            self.counts["falsely flagged"] += 1
            self._miss(case, f"flagged {[(found.kind, found.region) for found in page.alterations]}")

    def _count_mark(self, case: Case, mark: Mark) -> None:
        effects = case.scan.truth.effects
        if mark.kind is BoxKind.FINGERPRINT:
            self.counts["fingerprint " + ("seen" if "fingerprint" in effects else "imagined")] += 1
            return
        truth = case.truth_of(mark.box)
        kind = mark.kind.value
        # A photocopy scanned in colour shows where nothing red was pressed: boxes without a seal may be
        # called so, also those that a stray stroke or stain reached.
        copied = "photocopy" in effects and truth == "marked"
        if mark.kind is BoxKind.SEAL and (case.scan.truth.mode != "color" or copied):
            kind = "gray seal"
        self.counts[f"{kind} {truth} {mark.verdict.value}"] += 1
        if truth in NEVER:
            if mark.verdict is MarkVerdict.PRESENT:
                self._miss(case, f"{mark.box} is {truth}, said present {mark.score}")
            return
        right = MarkVerdict.PRESENT if truth == "marked" else MarkVerdict.ABSENT
        if truth != "undecided" and mark.verdict is not right and kind not in ("gray seal", "date"):
            self._miss(case, f"{mark.box} is {truth}, said {mark.verdict.value} {mark.score}")

    def _miss(self, case: Case, what: str) -> None:
        self.misses.append(f"{case}: {what}")


def _touch(where: Region, alteration: Alteration) -> bool:
    x, y, w, h = where
    left, top, width, height = alteration.region
    return left < x + w and left + width > x and top < y + h and top + height > y


def interval(hits: int, total: int) -> str:
    """Wilson's 95 % interval of a share, in per cent."""
    if not total:
        return "no case"
    z, share = 1.96, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    low, high = 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
    return f"95 %: {low:.2f}-{high:.2f} %, {hits} of {total}"


def confusion(count: Counter[str]) -> list[str]:
    """Boxes by what they hold and what was said of them, then the other counts."""
    kinds = ("signature", "date", "seal", "gray seal")
    lines: list[str] = []
    shown: set[str] = set()
    for kind in kinds:
        for truth in ("marked", "empty", "undecided", *NEVER):
            names = [f"{kind} {truth} {verdict.value}" for verdict in MarkVerdict]
            shown.update(names)
            if any(count[name] for name in names):
                said = ", ".join(
                    f"{verdict.value} {count[f'{kind} {truth} {verdict.value}']}" for verdict in MarkVerdict
                )
                lines.append(f"{kind} {truth}: said {said}")
    return lines + [f"{name}: {count[name]}" for name in sorted(count) if name not in shown]


def covered_figures(tally: Tally) -> list[Figure]:
    """Pages whose codes are covered: what the clerk is offered."""
    count = tally.counts
    first = count["suggested first"] / max(count["unread"], 1)
    return [
        figure(
            "recognition, both codes covered: right suggestion first",
            100 * first,
            "%",
            target=">= 90 %",
            met=first >= 0.9,
            note=interval(count["suggested first"], count["unread"]),
        ),
        figure(
            "recognition, both codes covered: linked without a person",
            count["linked"] + count["wrong"],
            "pages",
            target="0",
            met=count["linked"] + count["wrong"] == 0,
            note=f"of {count['pages']}, a fifth from each profile",
        ),
        figure(
            "recognition, both codes covered: CPU time a page",
            statistics.median(tally.milliseconds) / 1000,
            "s",
            target="<= 2 s",
            met=statistics.median(tally.milliseconds) <= 2000,
            note="median: layouts, OCR of the page's head, registration of the shortlist",
        ),
    ]


def figures(profile: str, tally: Tally) -> list[Figure]:
    """The rows of one profile; a share that one page more or less would judge otherwise is not judged."""
    count = tally.counts
    rows: list[Figure] = []

    def row(
        name: str, hits: int, total: int, target: str = "", met: Callable[[float], bool] | None = None
    ) -> None:
        if not total and name != "right suggestion first":
            return
        share = hits / total if total else 1.0
        told = met(share) if met and total else None
        if met and total and target not in EXACT:
            beside = (met(min(max(hits + step, 0), total) / total) for step in (-1, 1))
            told = told if all(each == told for each in beside) else None
        rows.append(
            figure(
                f"recognition, {profile}: {name}",
                100 * share,
                "%",
                target=target,
                met=told,
                note=interval(hits, total),
            )
        )

    def boxes(kind: str, truth: str) -> int:
        return sum(count[f"{kind} {truth} {verdict.value}"] for verdict in MarkVerdict)

    row(
        "linked by code",
        count["linked"],
        count["pages"],
        f">= {LINKED[profile]:.1%}",
        lambda share: share >= LINKED[profile],
    )
    row("wrongly linked", count["wrong"], count["pages"], "0", lambda share: share == 0)
    row(
        "right suggestion first",
        count["suggested first"],
        count["unread"],
        ">= 90 %",
        lambda share: share >= 0.9,
    )
    unsigned, signed = boxes("signature", "empty"), boxes("signature", "marked")
    row(
        "missing signature accepted",
        count["signature empty present"],
        unsigned,
        f"<= {MISSED[profile]:.1%}",
        lambda share: share <= MISSED[profile],
    )
    row("signature called missing", count["signature marked absent"], signed)
    row(
        "signature boxes asked",
        count["signature empty undecided"] + count["signature marked undecided"],
        unsigned + signed,
        f"<= {ASKED[profile]:.0%}",
        lambda share: share <= ASKED[profile],
    )
    for held in NEVER:
        kind = "seal" if held == "wrong seal" else "signature"
        row(
            f"{kind} boxes {held} called present",
            count[f"{kind} {held} present"],
            boxes(kind, held),
            "0",
            lambda share: share == 0,
        )
    row("empty date accepted", count["date empty present"], boxes("date", "empty"))
    row("date called missing", count["date marked absent"], boxes("date", "marked"))
    bare, sealed = boxes("seal", "empty"), boxes("seal", "marked")
    row("colour seal falsely accepted", count["seal empty present"], bare, "0", lambda share: share == 0)
    row(
        "colour seal found",
        count["seal marked present"],
        sealed,
        ">= 98 %" if profile in ("folded", "folded-phone", "daily") else "",
        (lambda share: share >= 0.98) if profile in ("folded", "folded-phone", "daily") else None,
    )
    row("colour seal called missing", count["seal marked absent"], sealed)
    row(
        "colour seal boxes asked",
        count["seal empty undecided"] + count["seal marked undecided"],
        bare + sealed,
    )
    grays = [name for name in count if name.startswith("gray seal")]
    row(
        "gray seals asked",
        sum(count[name] for name in grays if name.endswith("undecided")),
        sum(count[name] for name in grays),
        "100 %",
        lambda share: share == 1,
    )
    changes = [name.removeprefix("altered ") for name in list(count) if name.startswith("altered ")]
    row(
        "altered print flagged",
        sum(count[f"flagged {change}"] for change in changes),
        sum(count[f"altered {change}"] for change in changes),
        ">= 95 %",
        lambda share: share >= 0.95,
    )
    for change in sorted(changes):
        row(f"altered print flagged, {change}", count[f"flagged {change}"], count[f"altered {change}"])
    row("reading broke", count["broke"], count["pages"], "0", lambda share: share == 0)
    strict = profile in ("clean", "office")
    row(
        "pages falsely flagged",
        count["falsely flagged"],
        count["unaltered"],
        "<= 1 %" if strict else "",
        (lambda share: share <= 0.01) if strict else None,
    )
    rows.append(
        figure(
            f"recognition, {profile}: whole page, one core",
            statistics.median(tally.milliseconds),
            "ms",
            note="median CPU time: decode, codes, registration, marks, alterations, pictures; "
            f"mean {statistics.fmean(tally.milliseconds):.0f} ms, "
            f"simulating one {statistics.fmean(tally.simulated_milliseconds):.0f} ms",
        )
    )
    if tally.unread_milliseconds:
        rows.append(
            figure(
                f"recognition, {profile}: page that stays without code, one core",
                statistics.median(tally.unread_milliseconds) / 1000,
                "s",
                note=f"median CPU time of {len(tally.unread_milliseconds)} pages, OCR included",
            )
        )
    return rows
